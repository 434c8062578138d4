import type { Host } from '../types.js';

/** EFI_GLOBAL_VARIABLE of the UEFI specification, 3.3. */
const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';

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
  return readFlag(host, 'SecureBoot', root);
}

/**
 * Returns whether the firmware has no platform key, and so takes new keys from a running system
 * without verifying them; undefined as for `readSecureBoot`.
 */
export function readSetupMode(host: Host): boolean | undefined {
  return readFlag(host, 'SetupMode');
}

function readFlag(host: Host, name: string, root = ''): boolean | undefined {
  const path = `${root}/sys/firmware/efi/efivars/${name}-${GLOBAL}`;
  if (host.files.stat(path) === undefined) return undefined;
  return host.files.read(path)[ATTRIBUTES] === 1;
}
