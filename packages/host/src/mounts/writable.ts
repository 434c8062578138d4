import { withCleanUp } from '../clean-up.js';
import type { Host } from '../types.js';

/**
 * Runs `work` while a directory is writable. If it is a read-only mount point, as `/haos/system` is
 * on a node, it is remounted writable for that time. Other mounts of the same file system do not
 * change.
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

/**
 * Returns whether a directory is a read-only mount point, from the text of /proc/mounts:
 * proc_mounts(5).
 */
export function isReadOnlyMount(mounts: string, directory: string): boolean {
  const options = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, where = '']) => unescapePath(where) === directory)
    .map(([, , , flags = '']) => flags.split(','))
    .at(-1);
  return options?.includes('ro') ?? false;
}

/**
 * Decodes a path from /proc/mounts or a similar file, where blanks and some other characters are
 * octal escapes.
 */
export function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
