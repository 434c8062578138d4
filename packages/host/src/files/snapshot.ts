import type { FileSnapshot, FileStat, Owner } from '../types.js';
import type { ReadableStore } from './store.js';

/** Larger contents are not kept in operations. */
const MAX_BYTES = 1024 * 1024;

/** Neither the group nor others may read it. */
export function isSecretMode(mode: number): boolean {
  return (mode & 0o044) === 0;
}

/** What is at a path before it is replaced. */
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

/** What is at a path after it was written. */
export function snapshotAfter(
  content: Uint8Array,
  mode: number,
  { owner, secret }: { owner: Owner; secret: boolean },
) {
  const isKept = !secret && content.length <= MAX_BYTES;
  return { ...ownerOf(owner), mode, size: content.length, content: isKept ? content : undefined };
}

/** Only the owner of something that also has one. */
export function ownerOf({ uid, gid }: Owner): Owner {
  return { uid, gid };
}
