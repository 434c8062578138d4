import { type Host, isHaosError } from '@haos/host';

/** Milliseconds: a file system may have much to write. */
const TIMEOUT = 600_000;
const TRIES = 20;
const PAUSE = 500;

/**
 * Unmounts what a killed run left mounted. Retries, because a program that it had started may need
 * some seconds to end.
 */
export async function unmountLeft(host: Host, path: string): Promise<void> {
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
