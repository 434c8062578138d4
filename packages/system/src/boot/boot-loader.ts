import type { Host } from '@haos/host';
import { readRootHash } from '@haos/host/internal';
import { nameSet, type Slots } from '../components.js';
import { readMode } from '../mode.js';
import { grubEnvPath } from '../upgrade/boot-state.js';
import { choosesSlot, launcherChoosesSlot } from '../upgrade/booted.js';
import { findEntry } from './boot-entries.js';
import { entriesDirectory, readEntries } from './esp.js';
import { findMenu, type NodeMenu } from './menu.js';

/** What starts a node, as far as an upgrade depends on it. */
export interface BootLoader {
  /**
   * - `grub`: GRUB with a menu of HAOS. It chooses the slot and counts the boots of a set on trial.
   * - `grub-read-only`: the same, but it counts nothing, because it cannot write, as on LVM or
   *   RAID.
   * - `go`: GRUB with the menu of the Go implementation. An upgrade replaces it by one that counts.
   * - `launcher`: any other, which starts the launcher as on a board. The launcher chooses the slot
   *   and counts.
   * - `systemd-boot`: systemd-boot with signed boot images. It prefers the latest one and counts
   *   the boots of a set on trial. Each boot image verifies the versions that belong to it.
   * - `signed`: such a boot image without a boot loader; nothing starts another one.
   * - `foreign`: any other, which starts an initrd. It knows no slots, and the node runs what the
   *   links `current` name.
   */
  kind: 'grub' | 'grub-read-only' | 'go' | 'launcher' | 'systemd-boot' | 'signed' | 'foreign';
  /** The menu of `grub`, `grub-read-only` and `go`, if it was found. */
  menu: NodeMenu | undefined;
}

/**
 * Returns what starts the node with a system directory. Without a menu to look at, as in a
 * container that does not show it, GRUB's environment block decides.
 */
export function readBootLoader(host: Host, directory: string): BootLoader {
  // Its disk may have a menu as well.
  if (readMode(host, directory) !== undefined && readRootHash(host) !== undefined)
    return { kind: entriesDirectory(host, directory) ? 'systemd-boot' : 'signed', menu: undefined };
  const menu = findMenu(host, directory);
  if (menu?.isGo) return { kind: 'go', menu };
  if (launcherChoosesSlot(host, directory)) return { kind: 'launcher', menu: undefined };
  if (choosesSlot(host, directory) === false) return { kind: 'foreign', menu: undefined };
  if (menu) return { kind: menu.isCounted ? 'grub' : 'grub-read-only', menu };
  const hasEnvironment = host.files.stat(grubEnvPath(directory)) !== undefined;
  return { kind: hasEnvironment ? 'grub' : 'grub-read-only', menu };
}

/**
 * Returns whether the boot loader counts the next boots of a set, once an upgrade has prepared it.
 */
export function countsBoots({ kind }: BootLoader): boolean {
  return ['grub', 'go', 'launcher', 'systemd-boot'].includes(kind);
}

/**
 * Returns whether the boot loader finds a previous set: GRUB (grub-config.ts) and the launcher look
 * for a file, systemd-boot has an entry.
 */
export function findsPrevious(
  host: Host,
  { directory, slots, bootLoader }: { directory: string; slots: Slots; bootLoader: BootLoader },
): boolean {
  if (bootLoader.kind === 'systemd-boot')
    return findEntry(readEntries(host, directory), nameSet(slots.previous)) !== undefined;
  const mark = bootLoader.kind === 'launcher' ? 'haos/previous/haos' : 'kernel/previous/initrd';
  return host.files.stat(`${directory}/${mark}`) !== undefined;
}
