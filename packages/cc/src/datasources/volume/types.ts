/** Reads bytes of a device; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** A file system whose files are read without mounting it. */
export interface Volume {
  label: string;
  /** The content of a file by its path from the root, such as `openstack/latest/user_data`; undefined when there is none. */
  read(path: string): Uint8Array | undefined;
}

/** What a directory of a volume holds. */
export interface Entry {
  name: string;
  isDirectory: boolean;
  /** Bytes of a file. */
  size: number;
  /** Where it begins: a sector of an ISO, a cluster of a FAT. */
  start: number;
}

/** Follows a path through directories; letters of either case are the same, as in FAT. */
export function findEntry(
  path: string,
  root: Entry,
  list: (directory: Entry) => readonly Entry[],
  normalise: (name: string) => string = (name) => name.toLowerCase(),
): Entry | undefined {
  let current: Entry | undefined = root;
  for (const part of path.split('/')) {
    if (!current?.isDirectory) return undefined;
    current = list(current).find(({ name }) => normalise(name) === normalise(part));
  }
  return current;
}
