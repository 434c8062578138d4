import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

const CHUNK = 64 * 1024;
const PAUSE = 2;

/** Much more than any input needs; the code that parses the input rejects it. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads a file descriptor to its end and waits while a non-blocking pipe is empty. Reads at most 64
 * MiB, because a device may never end.
 */
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

/** Returns the content of a file that a person named; it may be a device or a pipe. */
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
