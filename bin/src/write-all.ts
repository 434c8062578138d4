import { writeSync } from 'node:fs';
import { EXIT } from './exit-status.js';
import { CommandFailure } from './failure.js';

/** Milliseconds to wait before writing to a full pipe again. */
const PAUSE = 2;

/**
 * Writes a whole text to a file descriptor and waits while a non-blocking pipe is full. Returns
 * false when the reader has closed its end; the rest is then discarded. (`process.stdout` would add
 * a tenth to the time of a short run.)
 */
export function writeAll(fd: number, text: string, write: typeof writeSync = writeSync): boolean {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += write(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // EIO: the terminal was closed.
      if (code === 'EPIPE' || code === 'EIO') return false;
      if (code !== 'EAGAIN')
        throw new CommandFailure(EXIT.failed, `cannot write the output: ${(error as Error).message}`);
      pause();
    }
  }
  return true;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
}
