import { expect, it } from 'vitest';
import { ask, askSecret, choose, confirm } from './ask.js';
import { richTerminal } from './rich.js';
import { createTypist } from './testing/typist.js';

const ROLE = {
  name: 'role',
  message: 'Run as',
  choices: [
    { value: 'server', label: 'A server' },
    { value: 'agent', label: 'An agent' },
  ],
} as const;

it('accepts typed text, and lets a person correct an invalid answer', async () => {
  const { streams, type, screen } = createTypist();
  const validate = (answer: string) => (answer.endsWith('!') ? undefined : 'it must be loud');
  const answer = ask(richTerminal(streams), { name: 'a', message: 'Say it', validate });

  await type('Say it', 'hello\r');
  await type('it must be loud', '');
  await type('Say it', '!\r');

  expect(await answer).toBe('hello!');
  expect(screen()).toContain('it must be loud');
});

it('uses the default for an empty answer', async () => {
  const { streams, type } = createTypist();
  const answer = ask(richTerminal(streams), { name: 'a', message: 'Disk', default: '/dev/vda' });

  await type('Disk', '\r');

  expect(await answer).toBe('/dev/vda');
});

it('accepts a choice made with the arrow keys', async () => {
  const { streams, type } = createTypist();
  const answer = choose(richTerminal(streams), ROLE);

  await type('An agent', '\u001b[B');
  await type('An agent', '\r');

  expect(await answer).toBe('agent');
});

it('accepts yes and no', async () => {
  const { streams, type } = createTypist();
  const person = richTerminal(streams);
  const sure = confirm(person, { name: 'a', message: 'Sure', default: false });
  await type('Sure', 'y');
  expect(await sure).toBe(true);

  const really = confirm(person, { name: 'b', message: 'Really', default: false });
  await type('Really', '\r');
  expect(await really).toBe(false);
});

it('does not show a secret', async () => {
  const { streams, type, screen } = createTypist();
  const answer = askSecret(richTerminal(streams), { name: 'a', message: 'Password' });

  await type('Password', 'sesame\r');
  await type('again', 'sesame\r');

  expect(await answer).toBe('sesame');
  expect(screen()).not.toMatch(/s.?e.?s.?a/);
});

it.each(['\u0003', '\u0004'])('ends at the key %j', async (key) => {
  const { streams, type } = createTypist();
  const answer = expect(ask(richTerminal(streams), { name: 'a', message: 'Name' })).rejects.toMatchObject({
    code: 'HAOS_QUESTIONS_ENDED',
  });

  await type('Name', key);

  await answer;
});

it('ends when the input does, also at the next question', async () => {
  const { streams, leave } = createTypist();
  const person = richTerminal(streams);
  const answer = expect(choose(person, ROLE)).rejects.toMatchObject({ code: 'HAOS_QUESTIONS_ENDED' });

  await leave('Run as');

  await answer;
  await expect(choose(person, ROLE)).rejects.toMatchObject({ code: 'HAOS_QUESTIONS_ENDED' });
});
