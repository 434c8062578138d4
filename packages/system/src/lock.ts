import { withCleanUp } from './clean-up.js';
import type { Host } from './host/types.js';

/**
 * Runs `work` while this process holds the lock of the file `path`, which is made when missing. HAOS_LOCKED when another
 * process has it. A host that is not the running machine has nobody to keep out: there, `work` just runs.
 */
export async function withLock<T>(host: Host, path: string, work: () => Promise<T> | T): Promise<T> {
  if (!host.lock) return work();
  const release = await host.lock(path);
  return withCleanUp(async (cleanUp) => {
    cleanUp.always(release);
    return work();
  });
}
