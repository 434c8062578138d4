import { nameSet, readSlots, type Slot, type Slots } from '../components.js';
import { HaosError } from '../errors.js';
import type { Host } from '../host/types.js';
import { layout } from '../layout.js';
import { withLock } from '../lock.js';
import { withWritable } from '../writable.js';
import { type BootState, nextBootState, readBootState, writeBootState } from './boot-state.js';
import { readBooted } from './booted.js';
import { completeIntent, readIntent } from './complete-intent.js';

export interface UpgradeStatus {
  slots: Slots;
  /** The slot that names what runs: after an upgrade, and until the next boot, it is the previous one. */
  running: Slot;
  /** What the next boot takes and what is on trial. */
  state: BootState;
  /** An upgrade was interrupted; early boot, or the next upgrade, completes or undoes it. */
  isInterrupted: boolean;
}

/** What is installed, what booted, and what will boot next. Changes nothing. */
export function upgradeStatus(host: Host, directory: string = layout.system): UpgradeStatus {
  const { slot, onTrial } = readBooted(host);
  const state = readBootState(host, directory);
  const isStaged = state.trial !== undefined && !onTrial;
  return {
    slots: readSlots(host, directory),
    running: isStaged ? 'previous' : slot,
    state: nextBootState(state, { kind: 'menu' }),
    isInterrupted: readIntent(host, directory) !== undefined,
  };
}

export interface ChangeOptions {
  /** Default `/haos/system`. */
  directory?: string;
  /** Default `/run/haos/upgrade.lock`. */
  lockFile?: string;
}

/**
 * Makes the other slot the one that boots next; a second time, back again. The set that is left for the previous one is remembered as
 * failed, so that an automatic upgrade does not bring it back. HAOS_UPGRADE_NO_PREVIOUS when there is no whole set to go to.
 */
export function rollback(
  host: Host,
  { directory = layout.system, lockFile = layout.upgradeLock }: ChangeOptions = {},
): Promise<BootState> {
  return change(host, { directory, lockFile }, async () => {
    await completeIntent(host, { directory });
    const slots = readSlots(host, directory);
    const state = readBootState(host, directory);
    const other: Slot = state.slot === 'current' ? 'previous' : 'current';
    if (slots[other].haos === undefined || (slots.current.kernel && slots[other].kernel === undefined)) {
      throw new HaosError('HAOS_UPGRADE_NO_PREVIOUS', `there is no ${other} version in ${directory}`, {
        hint: 'Upgrade to the version that is wanted, with --allow-downgrade where it is older.',
      });
    }
    const next = nextBootState(state, { kind: 'rolled-back', left: nameSet(slots[state.slot]) });
    writeBootState(host, next, directory);
    return next;
  });
}

/** Forgets which version failed, so that it may be tried again. */
export function forgetFailure(
  host: Host,
  { directory = layout.system, lockFile = layout.upgradeLock }: ChangeOptions = {},
): Promise<BootState> {
  return change(host, { directory, lockFile }, () => {
    const next = nextBootState(readBootState(host, directory), { kind: 'forgotten' });
    writeBootState(host, next, directory);
    return next;
  });
}

/**
 * Says that what booted works: the runtime phase finished with status 0 or 4, and k3s runs where it is installed. Ends a
 * trial. Changes nothing when there is nothing to say.
 */
export function markHealthy(
  host: Host,
  { directory = layout.system, lockFile = layout.upgradeLock }: ChangeOptions = {},
): Promise<BootState> {
  return change(host, { directory, lockFile }, () => {
    const { slot, onTrial } = readBooted(host);
    const set = nameSet(readSlots(host, directory)[slot]);
    const state = readBootState(host, directory);
    const next = nextBootState(state, { kind: 'healthy', set, slot, onTrial });
    if (next !== state) writeBootState(host, next, directory);
    return next;
  });
}

function change(
  host: Host,
  { directory, lockFile }: Required<ChangeOptions>,
  work: () => BootState | Promise<BootState>,
): Promise<BootState> {
  return withLock(host, lockFile, () => withWritable(host, directory, work));
}
