import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The program, as published. */
export const PROGRAM = join(ROOT, 'bin', 'haos.cjs');

export interface HaosOptions {
  /** Standard input; empty by default. */
  input?: string | Uint8Array;
  /** The whole environment except PATH. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Runs as this user; needs root. */
  uid?: number;
  /** Another copy of the program. */
  program?: string;
  /** Whether a stack trace may be shown, as with DEBUG. Default false. */
  mayTrace?: boolean;
}

export interface HaosRun {
  status: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs `haos` as a user would. Checks what must hold for every call: no stack trace and no internal
 * error.
 */
export async function haos(args: readonly string[], options: HaosOptions = {}): Promise<HaosRun> {
  const run = await start(args, options);
  const said = `${run.stdout}\n${run.stderr}`;
  if (!options.mayTrace) expect(said, `haos ${args.join(' ')}`).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(said, `haos ${args.join(' ')}`).not.toContain('internal error');
  return run;
}

/** Like `haos`, for a command that must succeed. */
export async function haosOk(args: readonly string[], options: HaosOptions = {}): Promise<HaosRun> {
  const run = await haos(args, options);
  expect(run.status, `haos ${args.join(' ')}\n${run.stderr}`).toBe(0);
  return run;
}

function start(
  args: readonly string[],
  { input = '', env = {}, cwd = ROOT, uid, program = PROGRAM }: HaosOptions,
): Promise<HaosRun> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      {
        cwd,
        env: { PATH: process.env.PATH, ...env },
        maxBuffer: 64 * 1024 * 1024,
        ...(uid === undefined ? {} : { uid, gid: uid }),
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        if (typeof status === 'number') resolve({ status, stdout, stderr });
        else reject(error);
      },
    );
    // A program that ends before it has read everything closes the pipe, which is not an error.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
