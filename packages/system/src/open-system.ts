import type { Host } from '@haos/host';
import { type BootLoader, readBootLoader } from './boot/boot-loader.js';
import { type ReleaseSet, readRunningSet, readSlots, type Slot, type Slots } from './components.js';
import { layout } from './layout.js';
import type { BootState } from './upgrade/boot-state.js';
import { readBooted } from './upgrade/booted.js';
import { readIntent } from './upgrade/complete-intent.js';
import { readBootState } from './upgrade/stored-boot-state.js';

/**
 * What a HAOS system is at one moment: facts that are read once, and that decisions are made from.
 */
export interface System {
  host: Host;
  /** The system directory, such as `/haos/system`. */
  directory: string;
  slots: Slots;
  /** What the next boot starts, and what is on trial. */
  state: BootState;
  /** The slot that booted, whether it is on trial, and the version of the kernel component. */
  booted: { slot: Slot; onTrial: boolean; kernel: string | undefined };
  /** The set that runs; undefined if early boot did not record it. */
  running: ReleaseSet | undefined;
  bootLoader: BootLoader;
  /** Whether an upgrade was interrupted; early boot or the next upgrade completes or undoes it. */
  isInterrupted: boolean;
}

/**
 * Reads the facts of the system with this directory, by default `/haos/system`. Changes nothing.
 */
export function openSystem(host: Host, directory: string = layout.system): System {
  return {
    host,
    directory,
    slots: readSlots(host, directory),
    state: readBootState(host, directory),
    booted: readBooted(host, directory),
    running: readRunningSet(host, directory),
    bootLoader: readBootLoader(host, directory),
    isInterrupted: readIntent(host, directory) !== undefined,
  };
}
