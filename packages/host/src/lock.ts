import { withCleanUp } from './clean-up.js';
import { isHaosError } from './errors.js';
import type { Host } from './types.js';

export interface LockOptions {
  /**
   * How long to wait for another holder, in milliseconds. Default: 5000. A node that confirms its
   * version holds the lock for a shorter time, an upgrade for a longer one.
   */
  patience?: number;
}

/** Milliseconds between two attempts. */
const PAUSE = 250;

/**
 * Runs `work` while this process holds the lock of the file `path`, which it creates if missing.
 * Throws HAOS_LOCKED if another process still holds the lock after `patience`. On a host that is
 * not the running machine, `work` runs without a lock.
 */
export async function withLock<T>(
  host: Host,
  path: string,
  work: () => Promise<T> | T,
  { patience = 5000 }: LockOptions = {},
): Promise<T> {
  if (!host.lock) return work();
  const release = await takeLock(host, host.lock, { path, patience });
  return withCleanUp(async (cleanUp) => {
    cleanUp.always(release);
    return work();
  });
}

async function takeLock(
  { clock }: Host,
  lock: NonNullable<Host['lock']>,
  { path, patience }: { path: string; patience: number },
): Promise<() => void> {
  for (let waited = 0; ; waited += PAUSE) {
    try {
      return await lock(path);
    } catch (error) {
      if (!isHaosError(error, 'HAOS_LOCKED') || waited >= patience) throw error;
      await clock.sleep(PAUSE);
    }
  }
}
