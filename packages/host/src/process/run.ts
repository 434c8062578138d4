import { statSync } from 'node:fs';
import type { Options } from 'execa';
import { HaosError } from '../errors.js';
import { createRedactor } from '../redact.js';
import type { RunOptions, RunResult } from '../types.js';

/** The default environment of a command. It inherits nothing else from Node's environment. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};
const DEFAULT_TIMEOUT = 60_000;
/** How long background processes may hold the output open after the command has ended. */
const GRACE = 1_000;
const STDERR_LINES = 5;

/**
 * Runs a command on this machine and returns its output; throws HAOS_COMMAND_*. Records no
 * operation.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { execa } = await import('execa');
  const { timeout = DEFAULT_TIMEOUT } = options;
  const name = options.label ?? [command, ...args].join(' ');
  // Checked here because execa's error would show the arguments.
  if ([command, ...args].some((text) => text.includes('\0'))) {
    throw new HaosError('HAOS_COMMAND_FAILED', 'an argument of a command contains a NUL character');
  }
  const child = execa(command, args, {
    ...streams(options),
    cwd: options.cwd ?? '/',
    env: { ...ENVIRONMENT, ...options.env },
    extendEnv: false,
    reject: false,
    // A separate process group, so that a timeout also ends what the command started.
    detached: true,
  });
  const timer = stopLate(child.pid, timeout);
  child.once('exit', () => {
    setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, GRACE).unref();
  });
  const result = await child.finally(timer.clear);
  if (timer.expired()) {
    throw new HaosError('HAOS_COMMAND_TIMEOUT', `command took longer than ${timeout} ms: ${name}`, {
      details: { timeout },
    });
  }
  if (result.exitCode === undefined && result.signal === undefined)
    throw startError(name, result.code, options.cwd);
  return checkResult(name, options, {
    exitCode: result.exitCode,
    signal: result.signal,
    stdout: text(result.stdout),
    stderr: text(result.stderr),
  });
}

function streams({ input, onLine, inherit = [] }: RunOptions) {
  const watch = function* (line: unknown) {
    onLine?.(String(line));
    yield line;
  };
  const output = onLine ? watch : ('pipe' as const);
  const stdin = input === undefined ? ('ignore' as const) : ('pipe' as const);
  // execa accepts numbers of open descriptors, but its types do not say so.
  const stdio = [stdin, output, output, ...inherit] as Options['stdio'];
  return { stdio, ...(input !== undefined && { input }) };
}

/** Kills the process group after `timeout` milliseconds, or when this process ends. */
function stopLate(pid: number | undefined, timeout: number) {
  let expired = false;
  const kill = () => {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has already ended.
    }
  };
  const expire = () => {
    expired = true;
    kill();
  };
  const timer = timeout > 0 ? setTimeout(expire, timeout) : undefined;
  process.once('exit', kill);
  const clear = () => {
    clearTimeout(timer);
    process.off('exit', kill);
  };
  return { clear, expired: () => expired };
}

interface Ended {
  exitCode: number | undefined;
  signal: string | undefined;
  stdout: string;
  stderr: string;
}

/**
 * Returns the result of a command that ended, or throws HAOS_COMMAND_FAILED. Neither message nor
 * details contain the arguments behind a label or the text written to standard input.
 */
export function checkResult(name: string, options: RunOptions, ended: Ended): RunResult {
  const { exitCode, signal, stdout, stderr } = ended;
  if (exitCode !== undefined && (options.accept ?? [0]).includes(exitCode)) {
    return { exitCode, stdout, stderr, deferred: false };
  }
  const how = exitCode === undefined ? `was killed by ${signal}` : `failed with status ${exitCode}`;
  const lastLines = hideInput(options.input, stderr.trimEnd().split('\n').slice(-STDERR_LINES).join('\n'));
  // The output of a labelled command may repeat its arguments.
  const silent = options.label !== undefined;
  throw new HaosError('HAOS_COMMAND_FAILED', `command ${how}: ${name}`, {
    details: {
      ...(exitCode !== undefined && { exitCode }),
      ...(lastLines !== '' && !silent && { stderr: lastLines }),
    },
  });
}

function hideInput(input: RunOptions['input'], output: string): string {
  if (input === undefined) return output;
  const lines = Buffer.from(input).toString('utf8').split('\n');
  return createRedactor([...lines, ...lines.flatMap((line) => line.split(/[\s:]+/))])(output);
}

function startError(name: string, errno: string | undefined, cwd = '/'): HaosError {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    return new HaosError('HAOS_COMMAND_FAILED', `cannot run in ${cwd}, which is not a directory: ${name}`);
  }
  if (errno === 'ENOENT') {
    return new HaosError('HAOS_COMMAND_NOT_FOUND', `command not found: ${name}`, {
      hint: 'Install the program, or use a system that has it.',
    });
  }
  return new HaosError('HAOS_COMMAND_FAILED', `cannot start (${errno ?? 'unknown'}): ${name}`);
}

function text(output: unknown): string {
  return typeof output === 'string' ? output : '';
}
