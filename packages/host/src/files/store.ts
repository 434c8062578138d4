import type { Copied, FileStat, HostFiles, Owner, StreamOptions } from '../types.js';

/**
 * The part of a file system that reading needs. Paths are resolved: they are absolute, and only the
 * last component can be a link. `HostFiles` has the same methods, so a plan can use any host as its
 * base.
 */
export type ReadableStore = Pick<
  HostFiles,
  'lstat' | 'readLink' | 'read' | 'head' | 'readAt' | 'digest' | 'freeSpace' | 'list' | 'keepsOwners'
>;

export interface Attributes {
  mode: number;
  /** Undefined: keeps the owner; a new entry gets the owner of the process. */
  owner: Owner | undefined;
}

/**
 * Storage for files: a directory of this machine, or the memory of a plan. The caller has already
 * checked that the types allow what it asks for. Throws system errors unchanged; `createFiles`
 * converts them to HaosErrors.
 */
export interface Store extends ReadableStore {
  /** The owner of files that this process creates. */
  readonly defaultOwner: Owner;
  /** Replaces the entry at `path`, atomically and durably. */
  writeFile(path: string, content: Uint8Array, attributes: Attributes): void;
  /** Overwrites the content of a file with content of the same size, durably. */
  overwriteFile(path: string, content: Uint8Array): void;
  /** Writes to the start of a file, which it creates if needed, with one write(2). */
  writeAtOnce(path: string, content: Uint8Array, attributes: Attributes): void;
  /** Replaces the entry at `path` with a copy of a file, atomically and durably. */
  copyFile(from: string, path: string, options: Attributes & StreamOptions): Promise<Copied>;
  /** Renames, durably. */
  move(from: string, path: string): void;
  /**
   * Creates a directory whose parent exists. Returns false if another process created it first, and
   * leaves that directory as it is.
   */
  makeDirectory(path: string, attributes: Attributes): boolean;
  /** Replaces a file or link, atomically and durably. */
  link(path: string, target: string): void;
  /** Removes a file, a link, or a directory with everything in it. */
  remove(path: string): void;
  setAttributes(path: string, attributes: Attributes): void;
}

/** Compares bytes in order, as a sort wants it: 0 if they are equal. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Sorts names in byte order, which differs from the UTF-16 order of JavaScript. */
export function sortNames(names: Iterable<string>): string[] {
  const encoder = new TextEncoder();
  return [...names].sort((a, b) => compareBytes(encoder.encode(a), encoder.encode(b)));
}

/** Returns whether an entry already has these attributes. */
export function hasAttributes(stat: FileStat, { mode, owner }: Attributes): boolean {
  return stat.mode === mode && (owner === undefined || (stat.uid === owner.uid && stat.gid === owner.gid));
}
