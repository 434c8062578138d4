import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { join, relative } from 'node:path';

/** Returns the SHA-256 over parts; each part is delimited, so that parts cannot run together. */
export function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/**
 * Returns the SHA-256 over files and whole directories: names, contents, executable bits and link
 * targets. The paths are relative to `root`, whose location does not count. A missing path counts,
 * too.
 */
export function digestPaths(root: string, paths: readonly string[]): string {
  return digestOf(paths.flatMap((path) => [path, ...describe(root, join(root, path))]));
}

function describe(root: string, path: string): (string | Uint8Array)[] {
  if (!existsSync(path) && !isLink(path)) return ['absent'];
  const stat = lstatSync(path);
  const name = relative(root, path);
  if (stat.isSymbolicLink()) return [name, 'link', readlinkSync(path)];
  if (stat.isFile()) return [name, stat.mode & 0o111 ? 'program' : 'file', readFileSync(path)];
  return readdirSync(path)
    .sort()
    .flatMap((entry) => describe(root, join(path, entry)));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Returns the SHA-256 of a text or of bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Returns the SHA-256 of a file, which may be larger than a buffer. */
export function digestFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(4 * 1024 * 1024);
  const file = openSync(path, 'r');
  for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk))
    hash.update(chunk.subarray(0, length));
  closeSync(file);
  return hash.digest('hex');
}
