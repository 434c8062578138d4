import type { Copied, FileStat, HostFiles, Owner, StreamOptions } from '../types.js';

/**
 * What reading needs of a file system. Paths are resolved: absolute, and no component but the last is a link.
 * `HostFiles` has the same ones, so a plan can lie over any host.
 */
export type ReadableStore = Pick<
  HostFiles,
  'lstat' | 'readLink' | 'read' | 'head' | 'readAt' | 'digest' | 'freeSpace' | 'list' | 'keepsOwners'
>;

export interface Attributes {
  mode: number;
  /** Undefined: the owner is left as it is; of something new, the process's own. */
  owner: Owner | undefined;
}

/**
 * Where files live: a directory of this machine, or a plan's memory. The caller has looked first: what it asks for is
 * possible as far as types go. Throws the system's errors as they are; `createFiles` turns them into HaosErrors.
 */
export interface Store extends ReadableStore {
  /** The owner of what this process makes. */
  readonly defaultOwner: Owner;
  /** Replaces what is there, atomically and durably. */
  writeFile(path: string, content: Uint8Array, attributes: Attributes): void;
  /** Overwrites the content of a file by one of the same size, durably. */
  overwriteFile(path: string, content: Uint8Array): void;
  /** Replaces what is at `path` by a copy of a file, atomically and durably. */
  copyFile(from: string, path: string, options: Attributes & StreamOptions): Promise<Copied>;
  /** Renames, durably. */
  move(from: string, path: string): void;
  /** The parent exists, the directory does not. False when another process was faster: then it is as that one made it. */
  makeDirectory(path: string, attributes: Attributes): boolean;
  /** Replaces a file or link, atomically and durably. */
  link(path: string, target: string): void;
  /** Removes a file, a link, or a directory with everything in it. */
  remove(path: string): void;
  setAttributes(path: string, attributes: Attributes): void;
}

/** Names in byte order, which is not JavaScript's order of UTF-16 units. */
export function sortNames(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Whether two statuses are of things that need no change. */
export function hasAttributes(stat: FileStat, { mode, owner }: Attributes): boolean {
  return stat.mode === mode && (owner === undefined || (stat.uid === owner.uid && stat.gid === owner.gid));
}
