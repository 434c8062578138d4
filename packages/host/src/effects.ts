import { redactUrl } from './redact.js';
import type { Effect, RunOptions, RunResult } from './types.js';

/** The result of a command that did not run. */
export const NOT_RUN: RunResult = { exitCode: 0, stdout: '', stderr: '', deferred: true };

/** Returns the recorded form of a command; a label replaces its arguments. */
export function runEffect(command: string, args: readonly string[], options?: RunOptions): Effect {
  const label = options?.label;
  return { kind: 'run', command, args: label === undefined ? [...args] : [], label };
}

/** Returns the recorded form of a download, without the parts of the URL that may be secret. */
export function fetchEffect(url: string): Effect {
  return { kind: 'fetch', url: redactUrl(url) };
}
