import type { Host, HostFiles } from '@haos/host';
import { parseAuthenticated } from '../secure-boot/authenticated-variable.js';
import { concat } from '../secure-boot/bytes.js';
import { keyVariablePath, VARIABLES } from '../secure-boot/key-variables.js';

export const SETUP_MODE = `${VARIABLES}/SetupMode-8be4df61-93ca-11d2-aa0d-00e098032b8c`;
export const SECURE_BOOT = `${VARIABLES}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`;

/** Returns the file of a variable that is on or off. */
export function flag(isOn: boolean): Uint8Array {
  return Uint8Array.of(6, 0, 0, 0, isOn ? 1 : 0);
}

/**
 * Returns a host whose firmware does with a write to a variable of keys what OVMF does in setup
 * mode: it keeps the attributes and the value without its signature. With PK the setup mode ends.
 *
 * @param drops A variable that the firmware ignores.
 */
export function withFirmware(host: Host, drops?: string): Host {
  const write: HostFiles['write'] = (path, content, options) => {
    if (!path.startsWith(VARIABLES)) return host.files.write(path, content, options);
    const bytes = content as Uint8Array;
    const variable = parseAuthenticated(bytes.subarray(4));
    if (!options?.atOnce || !variable || bytes[0] !== 0x27) throw new Error('EINVAL');
    if (drops !== undefined && path === drops) return true;
    host.files.write(path, concat([bytes.subarray(0, 4), variable.value]));
    if (path === keyVariablePath('PK')) host.files.write(SETUP_MODE, flag(false));
    return true;
  };
  return { ...host, files: { ...host.files, write } };
}
