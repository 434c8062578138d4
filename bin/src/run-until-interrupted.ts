import type { Context } from './command.js';

/**
 * Runs a service, whose signal aborts when the program is interrupted. Resolves when the service
 * has ended. An interruption is its normal end: the program then ends with the status that its
 * command returns, and not with the status of the signal.
 */
export async function runUntilInterrupted(
  context: Context,
  serve: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const end = new AbortController();
  context.onInterrupt(() => {
    end.abort(new Error('interrupted'));
    // The process would end with the status of the signal when this promise resolves.
    return new Promise(() => {});
  });
  await serve(end.signal);
}
