/** Whether the process works, for the probes of its pod. */
export interface Health {
  /** Whether it is not stuck. */
  isAlive(): boolean;
  /** Whether it leads and knows all objects, or waits to lead. */
  isReady(): boolean;
  onAlive(): void;
  /** Called when it begins to lead and when that ends. */
  onTerm(leads: boolean): void;
}

/** Milliseconds without a pass after which a leader counts as stuck; a pass may be long. */
const STUCK = 600_000;

export function createHealth(elapsed: () => number = () => performance.now()): Health {
  let leads = false;
  let isReady = false;
  let aliveAt = elapsed();
  return {
    isAlive: () => !leads || elapsed() - aliveAt < STUCK,
    isReady: () => isReady,
    onAlive() {
      isReady = true;
      aliveAt = elapsed();
    },
    onTerm(now) {
      leads = now;
      isReady = !now;
      aliveAt = elapsed();
    },
  };
}
