import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage } from './loop-disk.js';
import { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.js';

const HAOS = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));
/** Typed secrets, which must not appear on the screen or in messages. */
const PASSWORD = 'Tr0ub4dor';
const TOKEN = 'K10secret';

let directory: string;
let disk: LoopDisk;
let command: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-install-'));
  disk = createLoopDisk(directory, 2100);
  const image = join(directory, 'image');
  writeImage(image);
  command = [process.execPath, HAOS, 'install', '--device', disk.device, '--image', image];
});
afterEach(() => {
  disk.release();
  rmSync(directory, { recursive: true });
});

function open(term: string): PseudoTerminal {
  return openPseudoTerminal(command, {
    ...ENVIRONMENT,
    TERM: term,
  });
}

function isUntouched(): boolean {
  return must('lsblk', '--noheadings', '--output', 'PATH', disk.device).trim() === disk.device;
}

/** Runs the program without a terminal. */
function run(args: readonly string[], input = '') {
  const [program = '', ...all] = [...command, ...args];
  return spawnSync(program, all, { encoding: 'utf8', env: ENVIRONMENT, input });
}

describe('a user at a plain terminal', () => {
  it('answers questions, sees the plan, and declines', async () => {
    const terminal = open('dumb');
    await terminal.expect(/Cloud-init file.*: $/);
    terminal.type('/none.yaml\r');
    await terminal.expect(/none\.yaml[\s\S]*Cloud-init file.*: $/);
    terminal.type('\r');
    await terminal.expect(/GitHub users.*: $/);
    terminal.type('\r');
    await terminal.expect(/Password.*: $/);
    terminal.type(`${PASSWORD}\r`);
    await terminal.expect(/again: $/);
    terminal.type(`${PASSWORD}\r`);
    await terminal.expect(/Run k3s as.*: $/);
    terminal.type('2\r');
    await terminal.expect(/URL of the server.*: $/);
    terminal.type('server\r');
    await terminal.expect(/URL of the server.*: $/);
    terminal.type('https://server:6443\r');
    await terminal.expect(/Token.*: $/);
    terminal.type(`${TOKEN}\r`);
    await terminal.expect(/again: $/);
    terminal.type(`${TOKEN}\r`);
    await terminal.expect(/disk +\/dev\/loop\d+, 2\.1 GB.*empty\n[\s\S]*agent of https:\/\/server:6443\/?\n/);
    await terminal.expect(/Install to \/dev\/loop\d+ \[Y\/n\]: $/);
    terminal.type('n\r');

    expect(await terminal.ended()).toBe(5);
    expect(terminal.screen()).not.toMatch(new RegExp(`${PASSWORD}|${TOKEN}`));
    expect(isUntouched()).toBe(true);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['the end of the input', '\u0004'],
  ])('leaves with %s while a text is typed', async (_name, key) => {
    const terminal = open('dumb');
    await terminal.expect(/Cloud-init file.*: $/);
    terminal.type(key);

    expect(await terminal.ended()).toBe(130);
    expect(isUntouched()).toBe(true);
  });

  it.each([
    ['a secret is typed', /Password.*: $/, 'abc\u0003'],
    ['the plan must be confirmed', /\[Y\/n\]: $/, '\u0003'],
  ])('leaves with Ctrl-C while %s', async (_what, question, keys) => {
    const answers = ['\r', '\r', `${PASSWORD}\r`, `${PASSWORD}\r`, '1\r', '\r'];
    const questions = [
      /Cloud-init.*: $/,
      /GitHub.*: $/,
      /Password.*: $/,
      /again: $/,
      /k3s as.*: $/,
      /Token.*: $/,
    ];
    const terminal = open('dumb');
    for (const [index, next] of questions.entries()) {
      if (String(next) === String(question)) break;
      await terminal.expect(next);
      terminal.type(answers[index] ?? '');
    }
    await terminal.expect(question);
    terminal.type(keys);

    expect(await terminal.ended()).toBe(130);
    expect(isUntouched()).toBe(true);
  });
});

describe('a user at a terminal with a cursor', () => {
  /** Drawn questions are above a frame, and may be drawn several times. */
  async function answer(terminal: PseudoTerminal, question: string, keys: string): Promise<void> {
    await terminal.expect(new RegExp(`${question}[\\s\\S]*└`));
    terminal.type(keys);
  }

  it('answers questions, and declines', async () => {
    const terminal = open('xterm');
    await answer(terminal, 'Cloud-init file', '\r');
    await answer(terminal, 'GitHub users', '\r');
    await answer(terminal, 'Password', `${PASSWORD}\r`);
    await answer(terminal, 'again', `${PASSWORD}\r`);
    await answer(terminal, 'Run k3s as', '\r');
    await answer(terminal, 'Token', '\r');
    await answer(terminal, 'Install to', 'n');

    expect(await terminal.ended()).toBe(5);
    expect(terminal.screen()).not.toContain(PASSWORD);
    expect(isUntouched()).toBe(true);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['the end of the input', '\u0004'],
  ])('leaves with %s', async (_name, key) => {
    const terminal = open('xterm');
    await answer(terminal, 'Cloud-init file', key);

    expect(await terminal.ended()).toBe(130);
    expect(isUntouched()).toBe(true);
  });
});

describe('without a user', () => {
  it('the installer does not wait', () => {
    expect(run([]).status).toBe(130);
    expect(isUntouched()).toBe(true);
  });

  it('the answers must be complete', () => {
    const answers =
      'config: ""\nrole: agent\ngithub_users: [ada]\nserver_url: https://a:6443\nproceed: yes\n';

    const { status, stderr } = run(['--answers', '-'], answers);

    expect(status).toBe(2);
    expect(stderr).toContain('token');
    expect(isUntouched()).toBe(true);
  });

  it('a file may answer, and may decline', () => {
    const file = join(directory, 'answers.yaml');
    writeFileSync(file, `github_users: [ada]\nrole: server\npassword: "${PASSWORD}"\nproceed: no\n`);

    const { status, stderr } = run(['--answers', file]);

    expect(status).toBe(5);
    expect(stderr).toContain('declined');
    expect(stderr).not.toContain(PASSWORD);
    expect(isUntouched()).toBe(true);
  });

  it.each(['tokn: abcdef\n', '- a\n', 'a: [\n', 'role: boss\n'])('a file with %j is rejected', (answers) => {
    const { status, stderr } = run(['--answers', '-'], `github_users: a\n${answers}`);

    expect(status).toBe(2);
    expect(stderr).not.toContain('abcdef');
  });
});
