import { writeSync } from 'node:fs';
import { EXIT } from './exit-status.js';
import { CommandFailure } from './failure.js';

/** How long to wait before writing to a full pipe again, in milliseconds. */
const PAUSE = 2;

/**
 * Writes a text to a file descriptor as a whole, waiting while a non-blocking pipe is full. False when the reader has gone:
 * then there is nobody to tell, and nothing more is written. (`process.stdout` would cost a tenth of a short run.)
 */
export function writeAll(fd: number, text: string, write: typeof writeSync = writeSync): boolean {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += write(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // EIO: of a terminal that was closed.
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
