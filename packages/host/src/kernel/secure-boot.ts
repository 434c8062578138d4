import type { Host } from '../types.js';

/** The UEFI specification, "Globally Defined Variables". */
const VARIABLE = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

/**
 * The kernel puts the attributes of a variable before its value
 * (Documentation/filesystems/efivarfs.rst).
 */
const ATTRIBUTES = 4;

/**
 * Returns whether the firmware verified what it started; undefined on a machine without EFI, and if
 * the variables of the firmware are not mounted.
 *
 * @param root The directory with the root of the machine. Default: the own root.
 */
export function readSecureBoot(host: Host, root = ''): boolean | undefined {
  const path = `${root}${VARIABLE}`;
  if (host.files.stat(path) === undefined) return undefined;
  return host.files.read(path)[ATTRIBUTES] === 1;
}
