import { HaosError } from '../errors.js';
import { checkResult } from '../process/run.js';
import type { RunOptions, RunResult } from '../types.js';

/** One call of a program on a test host. */
export interface CommandCall {
  command: string;
  args: readonly string[];
  options: RunOptions;
}

type Answer = Partial<Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>>;

/** The result of a program. Default: status 0 and no output. */
export type ScriptedCommand = Answer | ((call: CommandCall) => Answer);

/** Returns commands that answer from a script and behave like a host that runs them. */
export function createCommands(script: Readonly<Record<string, ScriptedCommand>> = {}) {
  const calls: CommandCall[] = [];
  const unused = new Set(Object.keys(script));

  function run(command: string, args: readonly string[], options: RunOptions = {}): RunResult {
    const line = [command, ...args].join(' ');
    const key = [line, command].find((name) => Object.hasOwn(script, name));
    if (key === undefined)
      throw new HaosError('HAOS_TEST_UNSCRIPTED', `the test did not script this command: ${line}`);
    unused.delete(key);
    const call = { command, args, options };
    calls.push(call);
    const scripted = script[key]!;
    const {
      exitCode = 0,
      stdout = '',
      stderr = '',
    } = typeof scripted === 'function' ? scripted(call) : scripted;
    const output = { stdout: stdout.replace(/\n$/, ''), stderr: stderr.replace(/\n$/, '') };
    for (const printed of linesOf(output.stdout).concat(linesOf(output.stderr))) options.onLine?.(printed);
    return checkResult(options.label ?? line, options, { exitCode, signal: undefined, ...output });
  }

  return { calls, run, unused: () => [...unused] };
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}
