import { withCleanUp } from './clean-up.js';
import { isHaosError } from './errors.js';
import type { Host } from './host/types.js';

export interface LockOptions {
  /**
   * How long another holder is waited for, in milliseconds. Default: 5000. That is longer than the short work which a node does
   * by itself, as when it confirms that it is healthy; an upgrade takes longer.
   */
  patience?: number;
}

/** Milliseconds between two looks at a lock. */
const PAUSE = 250;

/**
 * Runs `work` while this process holds the lock of the file `path`, which is made when missing. HAOS_LOCKED when another
 * process still has it after `patience`. A host that is not the running machine has nobody to keep out: there, `work` just runs.
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
