import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommand } from './run.js';

const failure = (code: string) => expect.objectContaining({ code });

/** Returns all text of an error that a program or person could print. */
async function everything(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  const { inspect } = await import('node:util');
  return inspect(error, { depth: 10, showHidden: true });
}

describe('a command', () => {
  it('returns its status and output, without the final newline', async () => {
    const result = await runCommand('sh', ['-c', 'echo out; echo; echo err >&2; exit 3'], { accept: [0, 3] });

    expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err', deferred: false });
  });

  it('gets its arguments unchanged, without a shell', async () => {
    const { stdout } = await runCommand('printf', ['<%s>', 'a b', '$HOME', '*', "'", '']);

    expect(stdout).toBe("<a b><$HOME><*><'><>");
  });

  it('gets a clean environment', async () => {
    process.env.HAOS_TEST_SENTINEL = 'must not be inherited';
    try {
      const { stdout } = await runCommand('env', [], { env: { EXTRA: '1' } });

      // The shell of some systems adds these itself.
      const names = stdout.split('\n').map((line) => line.split('=')[0]);
      expect(names.sort()).toEqual(['EXTRA', 'HOME', 'LANG', 'PATH']);
      expect(stdout).toContain('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    } finally {
      delete process.env.HAOS_TEST_SENTINEL;
    }
  });

  it('runs in the root directory by default', async () => {
    expect((await runCommand('pwd', [])).stdout).toBe('/');
    expect((await runCommand('pwd', [], { cwd: '/usr' })).stdout).toBe('/usr');
    await expect(runCommand('pwd', [], { cwd: '/nowhere' })).rejects.toEqual(failure('HAOS_COMMAND_FAILED'));
  });

  it('has an empty standard input, or the given one', async () => {
    expect((await runCommand('cat', [])).stdout).toBe('');
    expect((await runCommand('cat', [], { input: 'given\n\n' })).stdout).toBe('given\n');
    expect((await runCommand('cat', [], { input: new Uint8Array([104, 105]) })).stdout).toBe('hi');
  });

  it('need not read its input', async () => {
    expect((await runCommand('true', [], { input: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  it('reports its output line by line', async () => {
    const lines: string[] = [];
    const script = 'echo one; echo; echo two >&2; printf three';

    const { stdout } = await runCommand('sh', ['-c', script], { onLine: (line) => lines.push(line) });

    expect(lines.sort()).toEqual(['', 'one', 'three', 'two']);
    expect(stdout).toBe('one\n\nthree');
  });

  it('fails if it does not exist', async () => {
    await expect(runCommand('haos-no-such-command', ['x'])).rejects.toEqual(
      failure('HAOS_COMMAND_NOT_FOUND'),
    );
  });

  it('fails if it cannot start', async () => {
    await expect(runCommand('/etc/passwd', [])).rejects.toEqual(failure('HAOS_COMMAND_FAILED'));
    await expect(runCommand('echo', ['a\0b'])).rejects.toEqual(failure('HAOS_COMMAND_FAILED'));
  });

  it('fails with its status, or with the signal that killed it', async () => {
    await expect(runCommand('sh', ['-c', 'echo why >&2; exit 7'])).rejects.toMatchObject({
      code: 'HAOS_COMMAND_FAILED',
      details: { exitCode: 7, stderr: 'why' },
    });
    await expect(runCommand('sh', ['-c', 'kill -KILL $$'])).rejects.toMatchObject({
      code: 'HAOS_COMMAND_FAILED',
      details: {},
    });
  });

  it('shows neither its input nor the arguments behind a label if it fails', async () => {
    const text = await everything(
      runCommand('sh', ['-c', 'cat >&2; exit 1'], { input: 'rancher:sentinel-input' }),
    );
    const labelled = await everything(
      runCommand('sh', ['-c', 'echo sentinel-argument >&2; exit 1'], { label: 'run_cmd[0]' }),
    );
    const missing = await everything(
      runCommand('sentinel-command', ['sentinel-argument'], { label: 'run_cmd[0]' }),
    );

    expect(text).not.toContain('sentinel');
    for (const shown of [labelled, missing]) {
      expect(shown).not.toContain('sentinel');
      expect(shown).toContain('run_cmd[0]');
    }
  });

  it('is killed with everything it started if it takes too long', async () => {
    const script = 'sleep 300 & echo $!; wait';
    let started = '';

    await expect(
      runCommand('sh', ['-c', script], { timeout: 2_000, onLine: (line) => (started = line) }),
    ).rejects.toEqual(failure('HAOS_COMMAND_TIMEOUT'));

    expect(Number(started)).toBeGreaterThan(1);
    await expect.poll(() => isRunning(Number(started)), { timeout: 5_000 }).toBe(false);
  });

  it('does not wait for its background processes', async () => {
    const { stdout } = await runCommand('sh', ['-c', 'sleep 30 & echo $!']);

    const background = Number(stdout);
    expect(isRunning(background)).toBe(true);
    process.kill(background, 'SIGKILL');
  });

  it('may run without a limit', async () => {
    expect((await runCommand('true', [], { timeout: 0 })).exitCode).toBe(0);
  });

  it('leaves no listeners behind', async () => {
    const before = process.listenerCount('exit');
    await runCommand('true', []);
    await runCommand('false', []).catch(() => {});

    expect(process.listenerCount('exit')).toBe(before);
  });
});

function isRunning(pid: number): boolean {
  try {
    // Z: it has ended, and no process has collected its status.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
