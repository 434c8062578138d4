import { type Host, isHaosError } from '@haos/host';
import { mountsWithin, readMounts } from '@haos/host/internal';

/** Milliseconds: a file system may have much to write. */
const TIMEOUT = 600_000;
const TRIES = 20;
const PAUSE = 500;

/**
 * Unmounts what a killed run left mounted at a directory or below it. Retries, because a program
 * that it had started may need some seconds to end.
 */
export async function releaseMounts(host: Host, directory: string): Promise<void> {
  for (const { target } of mountsWithin(readMounts(host), directory)) await unmount(host, target);
}

async function unmount(host: Host, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await host.run('umount', [path], { timeout: TIMEOUT });
      return;
    } catch (error) {
      if (tries === TRIES || !isHaosError(error, 'HAOS_COMMAND_FAILED')) throw error;
      await host.clock.sleep(PAUSE);
    }
  }
}
