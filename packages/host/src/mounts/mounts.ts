import type { Host } from '../types.js';

/** A mounted file system: proc_pid_mountinfo(5). */
export interface Mount {
  /** The number of the mount, and that of the mount below which it is. */
  id: number;
  parent: number;
  /** The directory of the file system that is mounted; not `/` for a bind mount of a part. */
  root: string;
  /** The mount point. */
  target: string;
  /** Such as `ext4`. */
  type: string;
  /** Such as `/dev/vda1` or `tmpfs`. */
  source: string;
  /**
   * The options of the mount itself, such as `nosuid`; those of its file system are not among them.
   */
  options: readonly string[];
  /** Whether the mount or its file system is read-only. */
  isReadOnly: boolean;
  /** Whether mounts below it propagate to its peers. */
  isShared: boolean;
}

/**
 * Returns what is mounted, in the order of the kernel; empty where that is not known, as in a
 * directory tree.
 */
export function readMounts(host: Host): Mount[] {
  return parseMounts(host.files.readTextIfExists('/proc/self/mountinfo') ?? '');
}

/** Parses the text of /proc/self/mountinfo. */
export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseMount);
}

/** Between the sixth field and the dash are any number of tags, such as `shared:1`. */
function parseMount(line: string): Mount {
  const fields = line.split(' ').map(unescapeField);
  const dash = fields.indexOf('-', 6);
  const [id, parent, , root = '', target = '', options = ''] = fields;
  const [type = '', source = '', superOptions = ''] = fields.slice(dash + 1);
  return {
    id: Number(id),
    parent: Number(parent),
    root,
    target,
    type,
    source,
    options: options.split(','),
    isReadOnly: [options, superOptions].some((list) => list.split(',').includes('ro')),
    isShared: fields.slice(6, dash).some((tag) => tag.startsWith('shared:')),
  };
}

/**
 * Returns the mount that holds a path without links. A mount covers what was mounted before at its
 * mount point or below it, so the order does not decide: the kernel also lists mounts that were
 * moved.
 */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const ids = new Set(mounts.map(({ id }) => id));
  const isTop = ({ id, parent }: Mount) => parent === id || !ids.has(parent);
  let found: Mount | undefined;
  let candidates = mounts.filter(isTop);
  for (;;) {
    const next = firstOnTheWay(candidates, path);
    if (next === undefined) return found;
    found = next;
    candidates = mounts.filter((mount) => mount.parent === next.id && mount.id !== next.id);
  }
}

/** Returns the mount that a lookup of the path meets first. */
function firstOnTheWay(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter(({ target }) => isWithin(path, target))
    .reduce<Mount | undefined>(
      (first, mount) => (first && first.target.length <= mount.target.length ? first : mount),
      undefined,
    );
}

/** Returns the mount that a path shows; undefined if it is not a mount point, or a covered one. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  const mount = mountOf(mounts, path);
  return mount?.target === path ? mount : undefined;
}

/** Returns the mounts at a directory and below it, the latest first, as they can be unmounted. */
export function mountsWithin(mounts: readonly Mount[], directory: string): Mount[] {
  return mounts.filter(({ target }) => isWithin(target, directory)).reverse();
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || `${path}/`.startsWith(`${directory}/`);
}

/** Decodes a field of a mount table, in which the kernel writes some characters in octal. */
function unescapeField(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Encodes a field for fstab(5), the form of mount tables. */
export function escapeField(text: string): string {
  return text.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
