import type { HostClock } from '@haos/host';

/** Wakes up a loop; many calls count as one. */
export interface Trigger {
  fire(): void;
  /** Resolves at the next call, or at one since the last wait; at the latest after the time. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createTrigger(clock: HostClock): Trigger {
  let control = new AbortController();
  return {
    fire: () => control.abort(),
    async wait(milliseconds, signal) {
      const wake = () => control.abort();
      if (signal.aborted) return;
      signal.addEventListener('abort', wake, { once: true });
      await clock.sleep(milliseconds, control.signal).catch(() => {});
      signal.removeEventListener('abort', wake);
      control = new AbortController();
    },
  };
}
