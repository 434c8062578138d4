import { expect, it } from 'vitest';
import { answersFrom } from './answers.js';
import { ask, askSecret, choose, confirm } from './ask.js';

const ANSWERS = answersFrom({
  role: 'agent',
  users: ['ada', 'grace'],
  wifi: [{ name: 'office', passphrase: '00123456' }],
  port: 6443,
  sure: 'yes',
  really: true,
  empty: '',
});
const CHOICES = [{ value: 'server', label: 'Server' }] as const;

it('finds answers by their name or path', async () => {
  expect(await ask(ANSWERS, { name: 'wifi.0.name', message: 'Network' })).toBe('office');
  expect(await ask(ANSWERS, { name: 'port', message: 'Port' })).toBe('6443');
  expect(await ask(ANSWERS, { name: 'users', message: 'Users' })).toBe('ada,grace');
  expect(await askSecret(ANSWERS, { name: 'wifi.0.passphrase', message: 'Passphrase' })).toBe('00123456');
  expect(await confirm(ANSWERS, { name: 'sure', message: 'Sure', default: false })).toBe(true);
  expect(await confirm(ANSWERS, { name: 'really', message: 'Really', default: false })).toBe(true);
});

it('returns an empty answer if an optional one is missing', async () => {
  expect(await ask(ANSWERS, { name: 'wifi.1.name', message: 'Network', optional: true })).toBe('');
});

it.each([
  ['text', () => ask(ANSWERS, { name: 'nothing', message: 'Q' })],
  ['text with a default', () => ask(ANSWERS, { name: 'nothing', message: 'Q', default: 'a' })],
  ['a property that every object inherits', () => ask(ANSWERS, { name: 'constructor', message: 'Q' })],
  ['secret', () => askSecret(ANSWERS, { name: 'nothing', message: 'Q' })],
  ['choice', () => choose(ANSWERS, { name: 'nothing', message: 'Q', choices: CHOICES, default: 'server' })],
  ['yes or no', () => confirm(ANSWERS, { name: 'nothing', message: 'Q', default: true })],
])('names the missing answer: %s', async (_kind, question) => {
  await expect(question()).rejects.toMatchObject({
    code: 'HAOS_QUESTIONS_UNANSWERED',
    details: { name: expect.stringMatching(/nothing|constructor/) },
  });
});

it.each([
  ['text', () => ask(ANSWERS, { name: 'role', message: 'Q', validate: () => 'it is bad' })],
  ['empty text', () => ask(ANSWERS, { name: 'empty', message: 'Q' })],
  ['secret', () => askSecret(ANSWERS, { name: 'role', message: 'Q', validate: () => 'it is bad' })],
  ['choice', () => choose(ANSWERS, { name: 'role', message: 'Q', choices: CHOICES })],
  ['yes or no', () => confirm(ANSWERS, { name: 'role', message: 'Q', default: true })],
])('does not ask again for an invalid answer: %s', async (_kind, question) => {
  await expect(question()).rejects.toMatchObject({ code: 'HAOS_QUESTIONS_ANSWER' });
});
