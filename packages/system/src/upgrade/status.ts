import type { Host } from '@haos/host';
import { HaosError, withLock } from '@haos/host';
import { withWritable } from '@haos/host/internal';
import { findEntry } from '../boot/boot-entries.js';
import { findsPrevious } from '../boot/boot-loader.js';
import { readEntries, withWritableEntries } from '../boot/esp.js';
import {
  isSameSet,
  nameSet,
  type ReleaseSet,
  readRunningSet,
  readSlots,
  SLOTS,
  type Slot,
  type Slots,
} from '../components.js';
import type { SystemErrorCode } from '../errors.js';
import { layout } from '../layout.js';
import { openSystem, type System } from '../open-system.js';
import { type BootState, nextBootState } from './boot-state.js';
import { readBooted } from './booted.js';
import { completeIntent, switchSlots } from './complete-intent.js';
import { readBootState, writeBootState } from './stored-boot-state.js';

export interface UpgradeStatus {
  slots: Slots;
  /** The slot of the running set: after an upgrade it is the previous one until the next boot. */
  running: Slot;
  /** What the next boot starts, and what is on trial. */
  state: BootState;
  /** Whether an upgrade was interrupted; early boot or the next upgrade completes or undoes it. */
  isInterrupted: boolean;
}

/** Returns what is installed, what booted, and what boots next. Changes nothing. */
export function upgradeStatus(host: Host, directory: string = layout.system): UpgradeStatus {
  const system = openSystem(host, directory);
  const { slots, state, isInterrupted } = system;
  const hasPrevious = findsPrevious(host, system);
  return {
    slots,
    running: findRunning(system),
    state: nextBootState(state, { kind: 'menu', hasPrevious }),
    isInterrupted,
  };
}

function findRunning({ slots, state, booted: { slot, onTrial }, running }: System): Slot {
  const isRunning = (name: Slot) => running !== undefined && isSameSet(slots[name], running);
  if (isRunning(slot)) return slot;
  const isStaged = state.trial !== undefined && !onTrial;
  return SLOTS.find(isRunning) ?? (isStaged ? 'previous' : slot);
}

export interface ChangeOptions {
  /** Default `/haos/system`. */
  directory?: string;
  /** Default `/run/haos/upgrade.lock`. */
  lockFile?: string;
}

/**
 * Makes the other slot boot next; a second call switches back. If it leaves the current set for
 * the previous one, the current set is recorded as failed, so that an automatic upgrade does not
 * install it again. If the boot loader does not know slots, the two sets are swapped instead.
 * Throws HAOS_UPGRADE_NO_PREVIOUS if the other set is missing or incomplete, and
 * HAOS_UPGRADE_SIGNED if a signed boot image would refuse it.
 */
export function rollback(host: Host, options: ChangeOptions = {}): Promise<BootState> {
  return changeSystem(host, options, async (directory) => {
    await completeIntent(host, { directory });
    const { slots, state, bootLoader } = openSystem(host, directory);
    const isSwapped = bootLoader.kind === 'foreign' || bootLoader.kind === 'signed';
    const other: Slot = isSwapped || state.slot === 'current' ? 'previous' : 'current';
    if (slots[other].haos === undefined || (slots.current.kernel && slots[other].kernel === undefined)) {
      throw new HaosError('HAOS_UPGRADE_NO_PREVIOUS', `${directory} has no ${other} version`, {
        hint: 'Upgrade to the version that you want; add --allow-downgrade if it is older.',
      });
    }
    if (bootLoader.kind === 'signed') requireSameImages(slots);
    if (bootLoader.kind === 'systemd-boot') requireEntry(host, directory, slots[other]);
    if (isSwapped) return swapSlots(host, directory);
    const next = nextBootState(state, { kind: 'rolled-back', left: nameSet(slots[state.slot]) });
    writeBootState(host, next, directory);
    return next;
  });
}

function requireEntry(host: Host, directory: string, set: ReleaseSet): void {
  if (findEntry(readEntries(host, directory), nameSet(set)) !== undefined) return;
  throw new HaosError<SystemErrorCode>(
    'HAOS_UPGRADE_SIGNED',
    `the EFI system partition has no signed boot image of HAOS ${set.haos}`,
    { hint: 'Upgrade to that version with its boot image; add --allow-downgrade if it is older.' },
  );
}

/** A signed boot image starts only the version that it belongs to. */
function requireSameImages({ current, previous }: Slots): void {
  if (current.haos === previous.haos && current.kernel === previous.kernel) return;
  throw new HaosError<SystemErrorCode>(
    'HAOS_UPGRADE_SIGNED',
    `the signed boot image of this node would refuse HAOS ${previous.haos}`,
    { hint: 'Install that version with its own boot image: docs/secure-boot.md.' },
  );
}

/** Swaps the two sets: such a boot loader only follows the links `current`. */
async function swapSlots(host: Host, directory: string): Promise<BootState> {
  const before = readSlots(host, directory);
  const after: Slots = { current: before.previous, previous: before.current };
  const { slot: slotBefore } = readBootState(host, directory);
  await switchSlots(host, { before, after, slotBefore }, { directory, boots: 'at-once' });
  const event = { kind: 'swapped', left: nameSet(before.current), taken: nameSet(after.current) } as const;
  const next = nextBootState(readBootState(host, directory), event);
  writeBootState(host, next, directory);
  return next;
}

/** Deletes the record of the failed version, so that it may be tried again. */
export function forgetFailure(host: Host, options: ChangeOptions = {}): Promise<BootState> {
  return changeSystem(host, options, (directory) => {
    const state = readBootState(host, directory);
    if (state.failed === undefined) return state;
    const next = nextBootState(state, { kind: 'forgotten' });
    writeBootState(host, next, directory);
    return next;
  });
}

/**
 * Records that the booted set works: the runtime phase finished with status 0 or 4, and k3s runs if
 * it is installed. Ends a trial. Writes nothing if the state does not change.
 */
export function markHealthy(host: Host, options: ChangeOptions = {}): Promise<BootState> {
  return changeSystem(host, options, (directory) => {
    const { slot, onTrial } = readBooted(host, directory);
    const running = readRunningSet(host, directory) ?? readSlots(host, directory)[slot];
    const set = nameSet(running);
    const state = readBootState(host, directory);
    if (running.haos === undefined) return state;
    const next = nextBootState(state, { kind: 'healthy', set, slot, onTrial });
    if (next !== state) writeBootState(host, next, directory);
    return next;
  });
}

/** Runs `work` with the system directory of a node, alone, while what it changes is writable. */
export function changeSystem<T>(
  host: Host,
  { directory = layout.system, lockFile = layout.upgradeLock }: ChangeOptions,
  work: (directory: string) => T | Promise<T>,
): Promise<T> {
  return withLock(host, lockFile, () =>
    withWritable(host, directory, () => withWritableEntries(host, directory, () => work(directory))),
  );
}
