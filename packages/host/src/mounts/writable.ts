import { withCleanUp } from '../clean-up.js';
import type { Host } from '../types.js';
import { mountAt, readMounts } from './mounts.js';

/**
 * Runs `work` while a directory is writable. If it is a read-only mount point, as `/haos/system` is
 * on a node, it is remounted writable for that time. Other mounts of the same file system do not
 * change.
 */
export async function withWritable<T>(host: Host, directory: string, work: () => Promise<T> | T): Promise<T> {
  if (!mountAt(readMounts(host), directory)?.isReadOnly) return work();
  await host.run('mount', ['-o', 'remount,bind,rw', directory]);
  return withCleanUp(async (cleanUp) => {
    cleanUp.always(async () => {
      await host.run('mount', ['-o', 'remount,bind,ro', directory]);
    });
    return work();
  });
}
