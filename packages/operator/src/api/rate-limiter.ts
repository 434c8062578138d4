import type { HostClock } from '@haos/host';

export interface RateLimit {
  /** Requests per second in the long run. */
  readonly perSecond: number;
  /** Requests that may start at once after a pause. */
  readonly burst: number;
}

/** Waits until the next request may start; requests start in the order of their calls. */
export type RateLimiter = (signal?: AbortSignal) => Promise<void>;

/** Returns a limiter: a bucket of tokens that fills evenly. */
export function createRateLimiter(
  { perSecond, burst }: RateLimit,
  clock: Pick<HostClock, 'sleep'>,
  elapsed: () => number = () => performance.now(),
): RateLimiter {
  const interval = 1000 / perSecond;
  let nextFree = Number.NEGATIVE_INFINITY; // when the bucket would be full, if each token took `interval`
  return async (signal) => {
    const now = elapsed();
    nextFree = Math.max(nextFree, now - interval * (burst - 1));
    const wait = nextFree - now;
    nextFree += interval;
    if (wait > 0) await clock.sleep(wait, signal);
  };
}
