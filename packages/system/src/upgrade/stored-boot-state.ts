import type { Host } from '@haos/host';
import { type BootEntry, planRenames, stateOfEntries } from '../boot/boot-entries.js';
import { readEntries, renameEntries } from '../boot/esp.js';
import { nameSet, readRunningSet, readSlots } from '../components.js';
import { layout } from '../layout.js';
import { type BootState, formatBootState, grubEnvPath, parseBootState } from './boot-state.js';
import { readBooted } from './booted.js';

/**
 * Reads the boot state of a system directory. If systemd-boot started the node, its entries decide.
 */
export function readBootState(
  host: Host,
  directory: string = layout.system,
  entries: readonly BootEntry[] = readEntries(host, directory),
): BootState {
  const state = parseBootState(readBlock(host, directory));
  if (entries.length === 0) return state;
  const running = readRunningSet(host, directory);
  const isTrying =
    readBooted(host, directory).onTrial && running !== undefined && nameSet(running) === state.trial;
  return stateOfEntries(state, { entries, slots: readSlots(host, directory), isTrying });
}

/**
 * Writes the boot state. The entries of systemd-boot get new names if the state says so.
 *
 * The block is written in place, as GRUB does. GRUB reads the file system without its journal, and
 * after a power cut could find a replaced file empty. The variables are in the first sector, which
 * a disk writes at once.
 */
export function writeBootState(host: Host, state: BootState, directory: string = layout.system): void {
  renameEntries(
    host,
    directory,
    planRenames(state, readEntries(host, directory), readSlots(host, directory)),
  );
  host.files.write(grubEnvPath(directory), formatBootState(state, readBlock(host, directory)), {
    mode: 0o600,
    inPlace: true,
  });
}

function readBlock(host: Host, directory: string): Uint8Array {
  const path = grubEnvPath(directory);
  return host.files.stat(path)?.type === 'file' ? host.files.read(path) : new Uint8Array();
}
