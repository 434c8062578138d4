import type { Host } from '@haos/host';
import { inRootOf, layout } from '../layout.js';

/**
 * The keys of Secure Boot, each of which signs changes of the next one: UEFI specification 2.10,
 * 32.3. The owner of the machine has PK, KEK may change what is trusted, db is trusted.
 */
export const KEY_NAMES = ['PK', 'KEK', 'db'] as const;
export type KeyName = (typeof KEY_NAMES)[number];

/** EFI_GLOBAL_VARIABLE (3.3) and EFI_IMAGE_SECURITY_DATABASE_GUID (32.6). */
const [GLOBAL, DATABASE] = ['8be4df61-93ca-11d2-aa0d-00e098032b8c', 'd719b2cb-3d3a-4596-a3bc-dad00e67656f'];

/** The GUIDs that complete the names of the variables. dbx has what is not trusted. */
export const VENDORS: Readonly<Record<KeyName | 'dbx', string>> = {
  PK: GLOBAL,
  KEK: GLOBAL,
  db: DATABASE,
  dbx: DATABASE,
};

/** The variables of the firmware, as the kernel shows them. */
export const VARIABLES = '/sys/firmware/efi/efivars';

/** Bytes of the attributes, which the kernel puts before a value (efivarfs.rst). */
const ATTRIBUTES = 4;

/** Returns the file of a variable with keys. */
export function keyVariablePath(name: KeyName | 'dbx'): string {
  return `${VARIABLES}/${name}-${VENDORS[name]}`;
}

/**
 * Reads a variable with keys, without its attributes, of the node with a system directory;
 * undefined if the firmware does not have it, or if its variables are not there.
 */
export function readKeyVariable(
  { files }: Pick<Host, 'files'>,
  name: KeyName | 'dbx',
  directory: string = layout.system,
): Uint8Array | undefined {
  const path = inRootOf(directory, keyVariablePath(name));
  if (path === undefined || files.stat(path) === undefined) return undefined;
  return files.read(path).subarray(ATTRIBUTES);
}
