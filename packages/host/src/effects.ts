import { redactUrl } from './redact.js';
import type { Effect, RunOptions } from './types.js';

/** A command as it is recorded; a label stands for its arguments. */
export function runEffect(command: string, args: readonly string[], options?: RunOptions): Effect {
  const label = options?.label;
  return { kind: 'run', command, args: label === undefined ? [...args] : [], label };
}

/** A download as it is recorded: without what may be secret in its URL. */
export function fetchEffect(url: string): Effect {
  return { kind: 'fetch', url: redactUrl(url) };
}
