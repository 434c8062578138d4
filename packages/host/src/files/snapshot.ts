import type { FileSnapshot, FileStat, Owner } from '../types.js';
import type { ReadableStore } from './store.js';

/** Operations do not keep larger contents. */
const MAX_BYTES = 1024 * 1024;

/** Returns whether neither the group nor others may read a file with this mode. */
export function isSecretMode(mode: number): boolean {
  return (mode & 0o044) === 0;
}

/** Returns the snapshot of a path before it is replaced. */
export function snapshotBefore(
  store: ReadableStore,
  path: string,
  stat: FileStat,
  secret: boolean,
): FileSnapshot {
  const { mode, size } = stat;
  const isKept = !secret && stat.type === 'file' && size <= MAX_BYTES;
  return {
    ...ownerOf(stat),
    mode,
    size,
    content: isKept ? store.read(path, { maxBytes: MAX_BYTES }) : undefined,
  };
}

/** Returns the snapshot of a path after it was written. */
export function snapshotAfter(
  content: Uint8Array,
  mode: number,
  { owner, secret }: { owner: Owner; secret: boolean },
) {
  const isKept = !secret && content.length <= MAX_BYTES;
  return { ...ownerOf(owner), mode, size: content.length, content: isKept ? content : undefined };
}

/** Returns only the owner fields of a larger object. */
export function ownerOf({ uid, gid }: Owner): Owner {
  return { uid, gid };
}
