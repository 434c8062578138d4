import { withCleanUp } from '../clean-up.js';
import type { Host } from '../types.js';

/**
 * Runs `work` while a directory can be written to: a mount point that is read-only, as `/haos/system` is on a node, is made
 * writable for that time. Only this mount point is; what else shows the same file system stays as it is.
 */
export async function withWritable<T>(host: Host, directory: string, work: () => Promise<T> | T): Promise<T> {
  if (!isReadOnlyMount(host.files.readTextIfExists('/proc/mounts') ?? '', directory)) return work();
  await host.run('mount', ['-o', 'remount,bind,rw', directory]);
  return withCleanUp(async (cleanUp) => {
    cleanUp.always(async () => {
      await host.run('mount', ['-o', 'remount,bind,ro', directory]);
    });
    return work();
  });
}

/** Whether a directory is a mount point, and a read-only one, by the text of /proc/mounts: proc_mounts(5). */
export function isReadOnlyMount(mounts: string, directory: string): boolean {
  const options = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, where = '']) => unescapePath(where) === directory)
    .map(([, , , flags = '']) => flags.split(','))
    .at(-1);
  return options?.includes('ro') ?? false;
}

/** A path as /proc/mounts and its like have it: blanks and such are octal. */
export function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
