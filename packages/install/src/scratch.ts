import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { unmountLeft } from './disk/unmount-left.js';

/**
 * Makes an empty directory, for nobody else to read, until the clean-up. What a run that was killed left there, mounted or
 * not, is released first: the caller holds a lock.
 */
export async function openScratch(host: Host, cleanUp: CleanUp, directory: string): Promise<void> {
  for (const path of mountsBelow(host, directory)) await unmountLeft(host, path);
  host.files.remove(directory);
  host.files.makeDirectory(directory, { mode: 0o700 });
  cleanUp.always(() => void host.files.remove(directory));
}

/** What is mounted below a directory, last mounted first. */
function mountsBelow(host: Host, directory: string): string[] {
  return (host.files.readTextIfExists('/proc/mounts') ?? '')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((path) => path.startsWith(`${directory}/`))
    .reverse();
}
