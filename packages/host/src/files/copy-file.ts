import type { FileHandle } from 'node:fs/promises';
import { type CleanUp, withCleanUp } from '../clean-up.js';
import type { Copied, StreamOptions } from '../types.js';
import type { Attributes } from './store.js';

const CHUNK = 1024 * 1024;

/** Returns the SHA-256 digest of a file of this machine. */
export async function digestFile(path: string, options: StreamOptions = {}): Promise<string> {
  return withCleanUp(async (cleanUp) => (await readAll(await openFile(cleanUp, path), options)).sha256);
}

/** Opens a file; the clean-up closes it. */
async function openFile(cleanUp: CleanUp, path: string, flags = 'r', mode?: number): Promise<FileHandle> {
  const { open } = await import('node:fs/promises');
  const file = await open(path, flags, mode);
  cleanUp.always(() => file.close());
  return file;
}

/** Copies a file of this machine to a new file and syncs it to disk. */
export async function copyInto(
  from: string,
  to: string,
  { mode, owner, ...options }: Attributes & StreamOptions,
): Promise<Copied> {
  return withCleanUp(async (cleanUp) => {
    const source = await openFile(cleanUp, from);
    // Private until owner and mode are set.
    const target = await openFile(cleanUp, to, 'wx', 0o600);
    const copied = await readAll(source, options, (chunk) => writeAll(target, chunk));
    if (owner) await target.chown(owner.uid, owner.gid);
    await target.chmod(mode);
    await target.sync();
    return copied;
  });
}

/**
 * Reads the next chunk while hashing and using the current one, so that the source disk, the
 * processor and the target disk work in parallel.
 */
async function readAll(
  file: FileHandle,
  { onProgress, signal }: StreamOptions,
  use?: (chunk: Uint8Array) => Promise<void>,
): Promise<Copied> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  const buffers = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)] as const;
  const read = (buffer: Buffer) => {
    const reading = file.read(buffer, 0, CHUNK);
    // The `await` below reports a failure. After another failure nothing awaits this one.
    reading.catch(() => undefined);
    return reading;
  };
  let size = 0;
  for (let next = read(buffers[0]), turn = 1; ; turn++) {
    signal?.throwIfAborted();
    const { buffer, bytesRead } = await next;
    if (bytesRead === 0) return { size, sha256: hash.digest('hex') };
    next = read(buffers[turn % 2 === 0 ? 0 : 1]);
    const chunk = buffer.subarray(0, bytesRead);
    const using = use?.(chunk);
    hash.update(chunk);
    await using;
    size += bytesRead;
    onProgress?.(size);
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}
