export interface BackoffOptions {
  /** Milliseconds of the first pause; default 500. */
  readonly first?: number;
  /** Milliseconds of the longest pause; default 30,000. */
  readonly longest?: number;
  /** From 0 up to 1; for tests. */
  readonly random?: () => number;
}

export interface Backoff {
  /** Returns the next pause in milliseconds: doubled each time, of which half is random. */
  next(): number;
  /** Starts again with the first pause. */
  reset(): void;
}

/** Returns pauses between attempts. They differ at random, so that clients do not come together. */
export function createBackoff(options: BackoffOptions = {}): Backoff {
  const { first = 500, longest = 30_000, random = Math.random } = options;
  let pause = first;
  return {
    next() {
      const next = pause * (0.5 + random() / 2);
      pause = Math.min(pause * 2, longest);
      return next;
    },
    reset() {
      pause = first;
    },
  };
}
