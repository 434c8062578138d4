import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

const CHUNK = 64 * 1024;
const PAUSE = 2;

/** Far more than anything that is read this way; who gets it refuses it. */
const MAX_BYTES = 64 * 1024 * 1024;

/** All of a file descriptor, waiting while a non-blocking pipe is empty; of what never ends, such as a device, the first 64 MiB. */
export function readInput(fd: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let total = 0; total < MAX_BYTES; ) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const length = readSome(fd, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return Buffer.concat(chunks);
}

/** The bytes of a file that a person named; it may be a device or a pipe. */
export function readOperand(file: string): Uint8Array {
  if (statSync(file).isFile()) return readFileSync(file);
  const fd = openSync(file, 'r');
  try {
    return readInput(fd);
  } finally {
    closeSync(fd);
  }
}

function readSome(fd: number, chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}
