import type { Host } from '@haos/host';
import { findEntry, formatEntry } from './boot/boot-entries.js';
import { readBootImage } from './boot/boot-image.js';
import { entriesDirectory, readEntries } from './boot/esp.js';
import { nameSet, type ReleaseSet, readRunningSet } from './components.js';
import { inRootOf, layout } from './layout.js';
import { readBootState } from './upgrade/stored-boot-state.js';

/** For which boot images the TPM opens the data of a node. */
export interface Floor {
  /** The lowest floor of those. */
  current: number;
  /** What it becomes when the version that runs is confirmed; undefined: nothing changes then. */
  next: number | undefined;
}

/** Ends the keys of the TPM for versions below the one that runs. */
const PROGRAM = '/usr/lib/haos/boot/raise-floor';

/** Reads what early boot found; undefined if the TPM has no key of the data. */
export function readFloor(host: Pick<Host, 'files'>, directory: string = layout.system): Floor | undefined {
  const path = inRootOf(directory, layout.tpmFloor);
  const text = path && host.files.readTextIfExists(path);
  const [, current, next] = /^(\d+)(?: (\d+))?$/.exec(text?.trim() ?? '') ?? [];
  if (current === undefined) return undefined;
  return { current: Number(current), next: next === undefined ? undefined : Number(next) };
}

/**
 * Raises the floor of this machine to that of the running version, if early boot prepared it and
 * the version is confirmed.
 */
export async function raiseFloor(host: Host): Promise<void> {
  if (readFloor(host)?.next === undefined) return;
  const running = readRunningSet(host);
  if (running !== undefined && readBootState(host).good === nameSet(running)) await host.run(PROGRAM, []);
}

/** Returns whether the TPM opens no data for the boot image that the node has of a set. */
export function isBelowFloor(host: Host, directory: string, set: ReleaseSet): boolean {
  const floor = readFloor(host, directory);
  const entry = findEntry(readEntries(host, directory), nameSet(set));
  if (floor === undefined || entry === undefined) return false;
  const image = readBootImage(host, `${entriesDirectory(host, directory)}/${formatEntry(entry)}`);
  return image !== undefined && image.floor < floor.current;
}
