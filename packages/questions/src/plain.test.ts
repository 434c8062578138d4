import { expect, it } from 'vitest';
import { ask, askSecret, choose, confirm } from './ask.js';
import { plainTerminal } from './plain.js';
import { createTypist } from './testing/typist.js';

const ROLE = {
  name: 'role',
  message: 'Run as',
  choices: [
    { value: 'server', label: 'A server' },
    { value: 'agent', label: 'An agent' },
  ],
} as const;
const SECRET = { name: 'password', message: 'Password' };

it('asks for a text again until it is valid', async () => {
  const { streams, type, screen } = createTypist();
  const validate = (answer: string) => (answer.startsWith('http') ? undefined : 'that is not an address');
  const answer = ask(plainTerminal(streams), { name: 'url', message: 'Address', validate });

  await type('Address: ', 'nowhere\n');
  await type('Address: ', '\n');
  await type('Address: ', '  http://a  \n');

  expect(await answer).toBe('http://a');
  expect(screen()).toMatch(/that is not an address\nAddress: \nit must not be empty\n/);
});

it('shows the default and uses it for an empty answer', async () => {
  const { streams, type } = createTypist();
  const answer = ask(plainTerminal(streams), { name: 'disk', message: 'Disk', default: '/dev/vda' });

  await type('Disk [/dev/vda]: ', '\n');

  expect(await answer).toBe('/dev/vda');
});

it('accepts an empty answer to an optional question', async () => {
  const { streams, type } = createTypist();
  const answer = ask(plainTerminal(streams), { name: 'token', message: 'Token', optional: true });

  await type('Token (optional): ', '\n');

  expect(await answer).toBe('');
});

it.each([
  ['2\n', 'agent'],
  ['agent\n', 'agent'],
  ['\n', 'server'],
  ['0\n3\n1x\n1\n', 'server'],
])('accepts %j as one of the numbered choices', async (keys, expected) => {
  const { streams, type, screen } = createTypist();
  const answer = choose(plainTerminal(streams), { ...ROLE, default: 'server' });

  await type('1. A server\n2. An agent\nRun as [1]: ', keys);

  expect(await answer).toBe(expected);
  expect(screen().includes('enter a number from 1 to 2')).toBe(keys.startsWith('0'));
});

it.each([
  ['y\n', false, true],
  ['NO\n', true, false],
  ['\n', true, true],
  ['\n', false, false],
  ['perhaps\nyes\n', false, true],
])('accepts %j as an answer to yes or no with the default %s', async (keys, byDefault, expected) => {
  const { streams, type } = createTypist();
  const answer = confirm(plainTerminal(streams), { name: 'sure', message: 'Sure', default: byDefault });

  await type(byDefault ? 'Sure [Y/n]: ' : 'Sure [y/N]: ', keys);

  expect(await answer).toBe(expected);
});

it('asks twice for a secret, again when the two differ, and shows only asterisks', async () => {
  const { streams, type, screen, isRaw } = createTypist({ isTerminal: true });
  const answer = askSecret(plainTerminal(streams), SECRET);

  await type('Password: ', 'sesame\r');
  await type('again: ', 'sesam\r');
  await type('Password: ', 'wrong\u0015ses\u001b[Dx\u007fame\r\n');
  await type('again: ', 'sesame\r');

  expect(await answer).toBe('sesame');
  expect(screen()).not.toMatch(/ses|esam|wrong/);
  expect(screen()).toContain('******\nPassword, again: *****\nthe two answers differ\n');
  expect(isRaw()).toBe(false);
});

it('uses the default if the answer after a secret is Enter', async () => {
  const { streams, type } = createTypist({ isTerminal: true });
  const terminal = plainTerminal(streams);
  const answers = (async () => [
    await askSecret(terminal, SECRET),
    await choose(terminal, { ...ROLE, default: 'server' }),
  ])();

  await type('Password: ', 'abc\r');
  await type('Password, again: ', 'abc\r');
  // Enter, translated by the terminal again.
  await type('Run as [1]: ', '\n');

  expect(await answers).toEqual(['abc', 'server']);
});

it('keeps early input for the next questions', async () => {
  const { streams, type } = createTypist();
  const person = plainTerminal(streams);
  const first = ask(person, { name: 'a', message: 'First' });

  await type('First: ', 'one\r\ntwo\nthree');
  streams.input.push(null);

  expect(await first).toBe('one');
  expect(await ask(person, { name: 'b', message: 'Second' })).toBe('two');
  expect(await ask(person, { name: 'c', message: 'Third' })).toBe('three');
});

it('decodes a letter that arrives in two parts', async () => {
  const { streams } = createTypist();
  const answer = ask(plainTerminal(streams), { name: 'a', message: 'Name' });
  const bytes = Buffer.from('Zoë\n');

  streams.input.push(bytes.subarray(0, 3));
  streams.input.push(bytes.subarray(3));

  expect(await answer).toBe('Zoë');
});

it.each([
  ['text', (person) => ask(person, { name: 'a', message: 'Q' })],
  ['secret', (person) => askSecret(person, { name: 'a', message: 'Q' })],
  ['choice', (person) => choose(person, { ...ROLE, message: 'Q' })],
  ['yes or no', (person) => confirm(person, { name: 'a', message: 'Q', default: true })],
] as const satisfies readonly (readonly [
  string,
  (person: ReturnType<typeof plainTerminal>) => Promise<unknown>,
])[])('ends when the input does: %s', async (_kind, question) => {
  const { streams, leave } = createTypist();
  const person = plainTerminal(streams);
  const answer = expect(question(person)).rejects.toMatchObject({ code: 'HAOS_QUESTIONS_ENDED' });

  await leave('Q');

  await answer;
  await expect(question(person)).rejects.toMatchObject({ code: 'HAOS_QUESTIONS_ENDED' });
});

it.each(['\u0003', 'ses\u0003', '\u0004'])('ends at the keys %j and restores the terminal', async (keys) => {
  const { streams, type, isRaw } = createTypist({ isTerminal: true });
  const answer = expect(askSecret(plainTerminal(streams), SECRET)).rejects.toMatchObject({
    code: 'HAOS_QUESTIONS_ENDED',
  });

  await type('Password: ', keys);

  await answer;
  expect(isRaw()).toBe(false);
});

it('releases the input', () => {
  const { streams } = createTypist();

  plainTerminal(streams).close();

  expect(streams.input.isPaused()).toBe(true);
  expect(streams.input.listenerCount('data')).toBe(0);
});
