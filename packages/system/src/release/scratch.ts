import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { unmountLeft } from './unmount-left.js';

/**
 * Creates an empty directory that only its owner can read, until the clean-up. First unmounts and
 * removes what a killed run left there; the caller holds a lock.
 */
export async function openScratch(host: Host, cleanUp: CleanUp, directory: string): Promise<void> {
  for (const path of mountsBelow(host, directory)) await unmountLeft(host, path);
  host.files.remove(directory);
  host.files.makeDirectory(directory, { mode: 0o700 });
  cleanUp.always(() => void host.files.remove(directory));
}

/** Returns the mount points below a directory, the latest first. */
function mountsBelow(host: Host, directory: string): string[] {
  return (host.files.readTextIfExists('/proc/mounts') ?? '')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((path) => path.startsWith(`${directory}/`))
    .reverse();
}
