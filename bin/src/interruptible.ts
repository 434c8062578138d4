import type { Context } from './command.js';
import { EXIT } from './exit-status.js';
import { CommandFailure } from './failure.js';

interface Interruptible {
  signal: AbortSignal;
  guard<Result>(work: Promise<Result>): Promise<Result>;
}

/**
 * From here on an interruption ends the program: it aborts the signal, and waits for the clean-up
 * of the work that was passed to `guard`.
 */
export function interruptible(context: Context): Interruptible {
  const ended = new AbortController();
  let work: Promise<unknown> = Promise.resolve();
  context.onInterrupt(() => {
    ended.abort(new CommandFailure(EXIT.failed, 'interrupted'));
    return work.catch(() => undefined);
  });
  return {
    signal: ended.signal,
    guard(started) {
      work = started;
      return started;
    },
  };
}
