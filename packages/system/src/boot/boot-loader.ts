import type { Host } from '@haos/host';
import { readRootHash } from '@haos/host/internal';
import { grubEnvPath } from '../upgrade/boot-state.js';
import { choosesSlot, launcherChoosesSlot, readModeOf } from '../upgrade/booted.js';
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
   * - `signed`: a signed boot image, which verifies the versions that belong to it and starts no
   *   other.
   * - `foreign`: any other, which starts an initrd. It knows no slots, and the node runs what the
   *   links `current` name.
   */
  kind: 'grub' | 'grub-read-only' | 'go' | 'launcher' | 'signed' | 'foreign';
  /** The menu of `grub`, `grub-read-only` and `go`, if it was found. */
  menu: NodeMenu | undefined;
}

/**
 * Returns what starts the node with a system directory. Without a menu to look at, as in a
 * container that does not show it, GRUB's environment block decides.
 */
export function readBootLoader(host: Host, directory: string): BootLoader {
  // Its disk may have a menu as well.
  if (readModeOf(host, directory) !== undefined && readRootHash(host) !== undefined)
    return { kind: 'signed', menu: undefined };
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
  return kind === 'grub' || kind === 'go' || kind === 'launcher';
}

/**
 * Returns the file in a system directory by which the boot loader recognises a previous set:
 * grub-config.ts, and the launcher.
 */
export function previousMark({ kind }: BootLoader): string {
  return kind === 'launcher' ? 'haos/previous/haos' : 'kernel/previous/initrd';
}
