import { HaosError } from '@haos/host';
import { describe, expect, it } from 'vitest';
import type { Command, Context } from './command.js';
import { EXIT } from './exit-status.js';
import { refusal } from './failure.js';
import { run } from './run.js';

function testContext(env: Record<string, string> = {}) {
  const written = { out: '', err: '' };
  const context: Context = {
    env,
    version: '1.2.3',
    out(text) {
      written.out += text;
    },
    err(text) {
      written.err += text;
    },
    input: () => new Uint8Array(),
    isRoot: () => false,
    isInstalled: () => false,
    terminal: () => Promise.reject(new Error('no terminal')),
    columns: () => undefined,
    hasColor: async () => false,
    onInterrupt: () => undefined,
  };
  return { context, written };
}

/** A program whose command `fail` fails with an error. */
function failing(error: unknown): Command {
  const fail: Command = {
    name: 'fail',
    summary: 'fail',
    options: [],
    examples: [],
    load: async () => () => Promise.reject(error),
  };
  return {
    name: 'haos',
    summary: 'all',
    options: [{ name: 'version', summary: 'v' }],
    examples: [],
    commands: [fail],
  };
}

describe('a run', () => {
  it('prints the version', async () => {
    const { context, written } = testContext();

    expect(await run(failing(undefined), ['--version'], context)).toBe(EXIT.done);
    expect(written).toEqual({ out: 'haos 1.2.3\n', err: '' });
  });

  it('without a command is wrong usage', async () => {
    const { context, written } = testContext();

    expect(await run(failing(undefined), [], context)).toBe(EXIT.usage);
    expect(written.out).toBe('');
    expect(written.err).toContain('haos --help');
  });

  it.each([
    ['a refusal', refusal('HAOS_NOT_ROOT', 'no', 'do this'), EXIT.refused],
    ['a lock that is held', new HaosError('HAOS_LOCKED', 'locked', { hint: 'wait' }), EXIT.refused],
    ['a wrong name', new HaosError('HAOS_CC_PUT_NAME', 'wrong', { hint: 'another' }), EXIT.usage],
    ['a failure', new HaosError('HAOS_FILE_FAILED', 'failed', { hint: 'repair' }), EXIT.failed],
    ['a fault in the program', new TypeError('x is not a function\n    at y'), EXIT.failed],
    ['something that is not an Error', 'text', EXIT.failed],
  ])(
    'that ends with %s prints one line and a hint, and returns its status',
    async (_title, error, status) => {
      const { context, written } = testContext();

      expect(await run(failing(error), ['fail'], context)).toBe(status);
      expect(written.out).toBe('');
      expect(written.err).toMatch(/^haos: .+\n {2}.+\n$/);
    },
  );

  it('prints the output of a failed command, also if that failure is only the cause', async () => {
    const failed = new HaosError('HAOS_COMMAND_FAILED', 'command failed: grub-install', {
      details: { exitCode: 1, stderr: 'first\nsecond' },
    });
    const caused = new HaosError('HAOS_INSTALL_TOOLS', 'unusable', { hint: 'another', cause: failed });
    for (const [error, said] of [
      [failed, 'haos: command failed: grub-install\n    first\n    second\n'],
      [caused, 'haos: unusable\n    first\n    second\n  another\n'],
    ] as const) {
      const { context, written } = testContext();

      expect(await run(failing(error), ['fail'], context)).toBe(EXIT.failed);
      expect(written.err).toBe(said);
    }
  });

  it('prints the stack only with DEBUG', async () => {
    const { context, written } = testContext({ DEBUG: 'haos:*' });

    await run(failing(new TypeError('fault')), ['fail'], context);

    expect(written.err).toMatch(/\n {4}at /);
    expect(written.err).toContain('haos: internal error: fault\n');
  });

  it.each([
    ['a refusal', refusal('HAOS_NOT_ROOT', 'no', 'do this'), ['HAOS_NOT_ROOT', 'no', 'do this']],
    ['a code of a package', new HaosError('HAOS_LOCKED', 'locked'), ['HAOS_LOCKED', 'locked', null]],
    [
      'a fault',
      new TypeError('fault'),
      ['HAOS_INTERNAL', 'internal error: fault', expect.stringContaining('DEBUG')],
    ],
  ])('answers %s with JSON where a program asked for it', async (_title, error, [code, message, hint]) => {
    const { context, written } = testContext();
    const fail = failing(error);

    const options = [{ name: 'format', value: 'FORMAT', summary: 'f' }];
    const commands = fail.commands!.map((command) => ({ ...command, options }));
    await run({ ...fail, commands }, ['fail', '--format', 'json'], context);

    expect(JSON.parse(written.out)).toEqual({ error: { code, message, hint } });
    expect(written.err).toContain(`haos: ${message}\n`);
  });

  it('writes no second document behind the result', async () => {
    const { context, written } = testContext();
    const program = failing(undefined);
    const load: Command['load'] =
      async () =>
      async (_invocation, { out }) => {
        out('{}\n');
        throw new Error('later');
      };
    const options = [{ name: 'format', value: 'FORMAT', summary: 'f' }];
    const commands = program.commands!.map((command) => ({ ...command, options, load }));

    expect(await run({ ...program, commands }, ['fail', '--format', 'json'], context)).toBe(EXIT.failed);
    expect(written).toEqual({ out: '{}\n', err: expect.stringContaining('internal error: later') });
  });
});
