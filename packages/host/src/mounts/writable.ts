import { withCleanUp } from '../clean-up.js';
import type { Host } from '../types.js';
import { mountAt, readMounts } from './mounts.js';

/**
 * Runs `work` while a directory is writable. If it is a read-only mount point, as `/haos/system` is
 * on a node, it is remounted writable for that time. Other mounts of the same file system do not
 * change.
 */
export async function withWritable<T>(host: Host, directory: string, work: () => Promise<T> | T): Promise<T> {
  const mount = mountAt(readMounts(host), directory);
  if (!mount?.isReadOnly) return work();
  // A remount sets all options.
  const kept = ['nosuid', 'nodev', 'noexec'].filter((option) => mount.options.includes(option));
  const remount = (access: 'rw' | 'ro') =>
    host.run('mount', ['-o', ['remount', 'bind', access, ...kept].join(','), directory]);
  await remount('rw');
  return withCleanUp(async (cleanUp) => {
    cleanUp.always(async () => {
      await remount('ro');
    });
    return work();
  });
}
