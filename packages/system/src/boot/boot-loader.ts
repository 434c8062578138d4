import type { Host } from '@haos/host';
import { grubEnvPath } from '../upgrade/boot-state.js';
import { choosesSlot } from '../upgrade/booted.js';
import { findMenu, type NodeMenu } from './menu.js';

/** What starts a node, as far as an upgrade depends on it. */
export interface BootLoader {
  /**
   * - `grub`: GRUB with a menu of HAOS. It chooses the slot and counts the boots of a set on trial.
   * - `grub-read-only`: the same, but it counts nothing, because it cannot write, as on LVM or
   *   RAID.
   * - `go`: GRUB with the menu of the Go implementation. An upgrade replaces it by one that counts.
   * - `foreign`: any other. It knows no slots, and the node runs what the links `current` name.
   */
  kind: 'grub' | 'grub-read-only' | 'go' | 'foreign';
  /** The menu of `grub`, `grub-read-only` and `go`, if it was found. */
  menu: NodeMenu | undefined;
}

/**
 * Returns what starts the node with a system directory. Without a menu to look at, as in a
 * container that does not show it, GRUB's environment block decides.
 */
export function readBootLoader(host: Host, directory: string): BootLoader {
  const menu = findMenu(host, directory);
  if (menu?.isGo) return { kind: 'go', menu };
  if (choosesSlot(host, directory) === false) return { kind: 'foreign', menu: undefined };
  if (menu) return { kind: menu.isCounted ? 'grub' : 'grub-read-only', menu };
  const hasEnvironment = host.files.stat(grubEnvPath(directory)) !== undefined;
  return { kind: hasEnvironment ? 'grub' : 'grub-read-only', menu };
}

/**
 * Returns whether the boot loader counts the next boots of a set, once an upgrade has prepared it.
 */
export function countsBoots({ kind }: BootLoader): boolean {
  return kind === 'grub' || kind === 'go';
}
