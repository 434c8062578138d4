import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { BuildFailure } from './failure.js';

export interface CommandOptions {
  cwd?: string;
  /**
   * Added to a small fixed environment: variables of the builder's shell must not change an image.
   */
  env?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input. */
  input?: string;
}

/** Runs a program and resolves to its standard output. Its standard error goes to the log. */
export type RunCommand = (
  program: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<string>;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Returns a `RunCommand` that appends to a log and sets the date that goes into files (seconds
 * since the epoch), and the variables of `common`.
 */
export function commandRunner(
  log: string,
  epoch: number,
  common: Readonly<Record<string, string>> = {},
): RunCommand {
  return (program, args, { cwd, env, input } = {}) =>
    new Promise((resolve, reject) => {
      const stream = createWriteStream(log, { flags: 'a' });
      stream.write(`$ ${program} ${args.join(' ')}\n`);
      const child = spawn(program, args, {
        cwd,
        env: {
          ...{ PATH, HOME: '/root', LC_ALL: 'C.UTF-8', TZ: 'UTC', SOURCE_DATE_EPOCH: String(epoch) },
          ...common,
          ...env,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const output: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stream.write(chunk));
      child.stdin.on('error', () => undefined); // the program did not read it
      child.stdin.end(input ?? '');
      child.on('error', (error) => reject(new BuildFailure(`cannot start ${program}: ${error.message}`)));
      child.on('close', (status, signal) => {
        const text = Buffer.concat(output).toString('utf8');
        stream.end(text.slice(0, 100_000), () => {
          if (status === 0) resolve(text);
          else reject(new BuildFailure(`${program} ended with ${signal ?? `exit status ${status}`}`));
        });
      });
    });
}
