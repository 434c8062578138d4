import type { Host, Owner } from '@haos/host';

const DIRECTORY = '/var/lib/connman';

/**
 * Returns the owner for a file of connman that would belong to root: that of the directory, as whom
 * connman runs. Otherwise it could not read private files. Before the first start of connman the
 * directory does not exist, or belongs to root; the service then gives it the files.
 */
export function ownerForConnman({ files }: Host): Owner {
  const { uid, gid } = files.stat(DIRECTORY) ?? { uid: 0, gid: 0 };
  return { uid, gid };
}

/** Whether connman reads or writes a file; its path has no `..`. */
export function isFileOfConnman(path: string): boolean {
  return path.startsWith(`${DIRECTORY}/`) || path === '/etc/resolv.conf';
}
