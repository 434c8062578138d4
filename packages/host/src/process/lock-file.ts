import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { posix } from 'node:path';
import { HaosError, isHaosError } from '../errors.js';
import { fileError } from '../files/file-error.js';
import { runCommand } from './run.js';

/** The exit status of flock(1) if the lock is taken. */
const TAKEN = 1;

/**
 * Locks a file of this machine and creates it if missing. The lock belongs to the open file that
 * flock(1) shares with this process, so it remains after flock ends, and is released at the latest
 * when this process ends.
 */
export async function lockFile(path: string): Promise<() => void> {
  const file = openLockFile(path);
  try {
    await runCommand('flock', ['-n', '3'], { inherit: [file] });
    return () => closeSync(file);
  } catch (error) {
    closeSync(file);
    if (isHaosError(error, 'HAOS_COMMAND_FAILED') && error.details.exitCode === TAKEN) {
      throw new HaosError('HAOS_LOCKED', `another process holds the lock ${path}`, {
        hint: 'Wait until that process has ended, then try again.',
        details: { path },
      });
    }
    throw error;
  }
}

function openLockFile(path: string): number {
  try {
    mkdirSync(posix.dirname(path), { recursive: true });
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    throw fileError('open the lock file', path, error);
  }
}
