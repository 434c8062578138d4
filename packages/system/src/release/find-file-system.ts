import type { Host } from '@haos/host';

/**
 * Returns the type of the file system that holds a path, such as `tmpfs`; undefined if the kernel
 * does not report it. A later mount covers an earlier one: proc(5).
 */
export function findFileSystem(host: Host, path: string): string | undefined {
  let found: { where: string; type: string } | undefined;
  for (const line of (host.files.readTextIfExists('/proc/mounts') ?? '').split('\n')) {
    const [, where, type] = line.split(' ');
    if (where === undefined || type === undefined) continue;
    const isAbove = where === '/' || `${path}/`.startsWith(`${where}/`);
    if (isAbove && where.length >= (found?.where.length ?? 0)) found = { where, type };
  }
  return found?.type;
}

/**
 * Returns whether the running HAOS was booted from an ISO or a USB stick, which is then the image
 * to install. After a network boot the image is in memory.
 */
export function cameFromMedium(host: Host): boolean {
  const isMounted = /^\S+ \/\.base /m.test(host.files.readTextIfExists('/proc/mounts') ?? '');
  return isMounted && findFileSystem(host, '/.base') !== 'tmpfs';
}
