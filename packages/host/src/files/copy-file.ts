import type { FileHandle } from 'node:fs/promises';
import { type CleanUp, withCleanUp } from '../clean-up.js';
import type { Copied, StreamOptions } from '../types.js';
import type { Attributes } from './store.js';

const CHUNK = 1024 * 1024;

/** The SHA-256 digest of a file of this machine. */
export async function digestFile(path: string, options: StreamOptions = {}): Promise<string> {
  return withCleanUp(async (cleanUp) => (await readAll(await openFile(cleanUp, path), options)).sha256);
}

/** Opens a file until the clean-up. */
async function openFile(cleanUp: CleanUp, path: string, flags = 'r', mode?: number): Promise<FileHandle> {
  const { open } = await import('node:fs/promises');
  const file = await open(path, flags, mode);
  cleanUp.always(() => file.close());
  return file;
}

/** Copies a file of this machine to a new one, and lets it reach the disk. */
export async function copyInto(
  from: string,
  to: string,
  { mode, owner, ...options }: Attributes & StreamOptions,
): Promise<Copied> {
  return withCleanUp(async (cleanUp) => {
    const source = await openFile(cleanUp, from);
    // Nobody else reads it before it has its owner and mode.
    const target = await openFile(cleanUp, to, 'wx', 0o600);
    const copied = await readAll(source, options, (chunk) => writeAll(target, chunk));
    if (owner) await target.chown(owner.uid, owner.gid);
    await target.chmod(mode);
    await target.sync();
    return copied;
  });
}

/** The next part is read while one is digested and used: a disk, a processor and another disk need not wait for each other. */
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
    // Whoever waits for it sees its failure; after a failure of something else nobody does.
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
