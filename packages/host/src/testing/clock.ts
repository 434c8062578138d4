import type { HostClock } from '../types.js';

export interface TestClock extends HostClock {
  /** The requested length of each wait, in milliseconds. */
  readonly sleeps: readonly number[];
}

/**
 * Returns a clock that starts at the first second of 2026 (UTC). Waiting advances it and takes no
 * time.
 */
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
