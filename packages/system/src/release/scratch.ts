import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { releaseMounts } from './release-mounts.js';

/**
 * Creates an empty directory that only its owner can read, until the clean-up. First unmounts and
 * removes what a killed run left there; the caller holds a lock.
 */
export async function openScratch(host: Host, cleanUp: CleanUp, directory: string): Promise<void> {
  await releaseMounts(host, directory);
  host.files.remove(directory);
  host.files.makeDirectory(directory, { mode: 0o700 });
  cleanUp.always(() => void host.files.remove(directory));
}
