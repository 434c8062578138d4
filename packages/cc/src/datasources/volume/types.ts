/** Reads bytes of a device; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** A file system whose files HAOS reads without mounting it. */
export interface Volume {
  label: string;
  /**
   * Returns the content of a file by its path from the root, such as `openstack/latest/user_data`,
   * or undefined if it does not exist.
   */
  read(path: string): Uint8Array | undefined;
}

/** An entry of a directory. */
export interface Entry {
  name: string;
  isDirectory: boolean;
  /** Bytes of a file. */
  size: number;
  /** Where it begins: a sector of an ISO, a cluster of a FAT. */
  start: number;
}

/** Follows a path through directories. Ignores the case of letters, as FAT does. */
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
