import { unescapePath } from '@haos/host/internal';

/** A line of /proc/self/mountinfo: proc_pid_mountinfo(5). */
export interface Mount {
  /** The mount point. */
  target: string;
  /** Such as `ext4`. */
  type: string;
  /** Whether mounts below it propagate to its peers. */
  isShared: boolean;
}

/** Parses mountinfo; returns the mounts in the order in which they were made. */
export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [, , , , target = '', , ...tags] = before.split(' ');
      return {
        target: unescapePath(target),
        type: after.split(' ')[0] ?? '',
        isShared: tags.some((tag) => tag.startsWith('shared:')),
      };
    });
}

/** Returns the mount at a path. If there are several, the last one covers the others. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts.filter(({ target }) => target === path).at(-1);
}

/** Returns the mount that contains a path. The path must not contain links. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const holds = ({ target }: Mount) => target === '/' || path === target || path.startsWith(`${target}/`);
  const longest = Math.max(...mounts.filter(holds).map(({ target }) => target.length));
  return mounts.filter((mount) => holds(mount) && mount.target.length === longest).at(-1);
}
