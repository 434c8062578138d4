import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statfsSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { posix } from 'node:path';
import type { FileStat, FileType, Owner } from '../types.js';
import type { Attributes, Store } from './store.js';
import { sortNames } from './store.js';

export interface DiskStoreOptions {
  /**
   * False: the store neither sets nor compares owners. For a directory tree when the process is not
   * root and cannot set them. A live host always tries.
   */
  keepsOwners: boolean;
  defaultOwner: Owner;
}

/** Returns a store over a directory of this machine; `/` is the machine itself. */
export function createDiskStore(root: string, { keepsOwners, defaultOwner }: DiskStoreOptions): Store {
  const at = (path: string) => (root === '/' ? path : path === '/' ? root : root + path);
  return {
    keepsOwners,
    defaultOwner,
    lstat: (path) => statIfExists(at(path)),
    readLink: (path) => readlinkSync(at(path)),
    list: (path) => sortNames(readdirSync(at(path))),
    read: (path, options) => readFile(at(path), options?.maxBytes ?? Number.POSITIVE_INFINITY),
    head: (path, length) => readFile(at(path), length).subarray(0, length),
    readAt: (path, range) => readRange(at(path), range),
    digest: async (path, options) => (await import('./copy-file.js')).digestFile(at(path), options),
    freeSpace(path) {
      const { bavail, bsize } = statfsSync(at(path));
      return bavail * bsize;
    },
    async copyFile(from, path, options) {
      const temporary = temporaryBeside(at(path));
      try {
        const { copyInto } = await import('./copy-file.js');
        const copied = await copyInto(at(from), temporary, options);
        renameSync(temporary, at(path));
        syncDirectory(posix.dirname(at(path)));
        return copied;
      } catch (error) {
        discard(temporary);
        throw error;
      }
    },
    move(from, path) {
      renameSync(at(from), at(path));
      for (const directory of new Set([from, path].map((name) => posix.dirname(at(name))))) {
        syncDirectory(directory);
      }
    },
    writeFile(path, content, attributes) {
      replace(at(path), (temporary) => writeNewFile(temporary, content, attributes));
    },
    overwriteFile(path, content) {
      overwrite(at(path), content);
    },
    writeAtOnce(path, content, { mode }) {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
      withOpen(at(path), flags, (file) => writeWhole(file, content), mode);
    },
    link(path, target) {
      replace(at(path), (temporary) => symlinkSync(target, temporary));
    },
    makeDirectory(path, attributes) {
      try {
        // With the final mode at once: a process killed here leaves no directory without access.
        mkdirSync(at(path), { mode: attributes.mode });
      } catch (error) {
        if (isErrno(error, 'EEXIST') && statIfExists(at(path))?.type === 'directory') return false;
        throw error;
      }
      setAttributes(at(path), attributes);
      syncDirectory(posix.dirname(at(path)));
      return true;
    },
    remove(path) {
      refuseMounts(at(path));
      rmSync(at(path), { recursive: true });
      syncDirectory(posix.dirname(at(path)));
    },
    setAttributes(path, attributes) {
      setAttributes(at(path), attributes);
    },
  };
}

function statIfExists(path: string): FileStat | undefined {
  try {
    // An error that Node makes costs more than the system call.
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return (
      stat && { type: typeOf(stat), mode: stat.mode & 0o7777, size: stat.size, uid: stat.uid, gid: stat.gid }
    );
  } catch (error) {
    // ENOTDIR: a parent is a file, so the path does not exist.
    if (isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

function typeOf(stat: Stats): FileType {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

/**
 * Reads at most one byte more than the limit, so that the caller can detect a longer file. Files in
 * /proc report no size.
 */
function readFile(path: string, maxBytes: number): Uint8Array {
  return withOpen(path, READ, (file) => {
    const chunks: Buffer[] = [];
    let total = 0;
    while (total <= maxBytes) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, maxBytes - total + 1));
      const length = readSync(file, chunk);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      total += length;
    }
    return new Uint8Array(Buffer.concat(chunks, total));
  });
}

function readRange(path: string, { offset, length }: { offset: number; length: number }): Uint8Array {
  return withOpen(path, READ, (file) => {
    const content = new Uint8Array(length);
    let total = 0;
    while (total < length) {
      const count = readSync(file, content, total, length - total, offset + total);
      if (count === 0) break;
      total += count;
    }
    return content.subarray(0, total);
  });
}

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A new file is private by default, until owner and mode are set. */
function withOpen<Result>(
  path: string,
  flags: number | 'wx',
  use: (file: number) => Result,
  mode = 0o600,
): Result {
  const file = openSync(path, flags, mode);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** Creates a new entry beside `path`, renames it over `path`, and syncs the directory. */
function replace(path: string, make: (temporary: string) => void): void {
  const temporary = temporaryBeside(path);
  try {
    make(temporary);
    renameSync(temporary, path);
  } catch (error) {
    // EEXIST: the name was taken, so the entry is not ours.
    if (!isErrno(error, 'EEXIST')) discard(temporary);
    throw error;
  }
  syncDirectory(posix.dirname(path));
}

/** Removes the leftover of a failure if possible. The caller reports the failure itself. */
function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {}
}

function temporaryBeside(path: string): string {
  return posix.join(posix.dirname(path), `.haos-${Math.random().toString(36).slice(2)}`);
}

function writeNewFile(path: string, content: Uint8Array, { mode, owner }: Attributes): void {
  withOpen(path, 'wx', (file) => {
    for (let written = 0; written < content.length; ) written += writeSync(file, content, written);
    if (owner) fchownSync(file, owner.uid, owner.gid);
    // After the owner: a change of owner clears the set-user-ID bit.
    fchmodSync(file, mode);
    fsyncSync(file);
  });
}

function overwrite(path: string, content: Uint8Array): void {
  withOpen(path, constants.O_WRONLY | constants.O_NOFOLLOW, (file) => {
    for (let written = 0; written < content.length; )
      written += writeSync(file, content, written, content.length - written, written);
    fsyncSync(file);
  });
}

/** Does not sync: efivarfs cannot, and the firmware has stored the variable when it returns. */
function writeWhole(file: number, content: Uint8Array): void {
  const written = writeSync(file, content);
  if (written !== content.length) throw new Error(`only ${written} of ${content.length} bytes were written`);
}

function setAttributes(path: string, { mode, owner }: Attributes): void {
  if (owner) lchownSync(path, owner.uid, owner.gid);
  chmodSync(path, mode);
}

function syncDirectory(path: string): void {
  withOpen(path, constants.O_RDONLY | constants.O_DIRECTORY, (directory) => {
    try {
      fsyncSync(directory);
    } catch (error) {
      // EINVAL: the file system cannot sync directories, fsync(2).
      if (!isErrno(error, 'EINVAL')) throw error;
    }
  });
}

/** Refuses a directory with a mount below it: removing it would empty the mounted disk. */
function refuseMounts(path: string): void {
  const { dev } = lstatSync(path);
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const child = posix.join(directory, entry.name);
      if (lstatSync(child).dev !== dev) {
        throw Object.assign(new Error('a file system is mounted in it'), { code: 'EBUSY' });
      }
      walk(child);
    }
  };
  if (lstatSync(path).isDirectory()) walk(path);
}

function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes(String((error as NodeJS.ErrnoException).code));
}
