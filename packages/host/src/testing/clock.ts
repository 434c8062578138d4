import type { HostClock } from '../types.js';

export interface TestClock extends HostClock {
  /** How long each wait would have been, in milliseconds. */
  readonly sleeps: readonly number[];
}

/** Starts at the first second of 2026 (UTC); waiting moves it on and takes no time. */
export function createTestClock(): TestClock {
  let time = Date.UTC(2026, 0, 1);
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => time,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
      time += milliseconds;
    },
  };
}
