import type { Host } from '@haos/host';

/** The type of the file system that holds a path, such as `tmpfs`; undefined where the kernel does not tell. A later mount covers an earlier one: proc(5). */
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

/** Whether the running HAOS came from an ISO or a USB stick: then that is the image to install. Booted over the network it is in memory. */
export function cameFromMedium(host: Host): boolean {
  const isMounted = /^\S+ \/\.base /m.test(host.files.readTextIfExists('/proc/mounts') ?? '');
  return isMounted && findFileSystem(host, '/.base') !== 'tmpfs';
}
