import { isSameSet, nameSet, type ReleaseSet } from '../components.js';
import type { UpgradeStatus } from './status.js';

/**
 * `healthy`: what runs has shown that it works · `on-trial`: it is still to show so · `unconfirmed`: nothing is said of it yet, as
 * before the first healthy boot · `staged`: another set boots next · `interrupted`: an upgrade was cut off.
 */
export interface UpgradeVerdict {
  state: 'healthy' | 'on-trial' | 'unconfirmed' | 'staged' | 'interrupted';
  /** What runs. */
  running: ReleaseSet;
  /** How many more boots a set on trial has. */
  triesLeft?: number;
  /** The set that failed, or was left by a rollback; upgrades refuse it until it is forgotten. Named as by `nameSet`. */
  failed?: string;
}

/** What to make of a node's slots. `onTrial`: the boot loader started what runs as something that has to show that it works. */
export function upgradeVerdict(
  { slots, running, state, isInterrupted }: UpgradeStatus,
  onTrial: boolean,
): UpgradeVerdict {
  const set = slots[running];
  const { trial, tries, good, failed } = state;
  const common = { running: set, ...(failed !== undefined && { failed }) };
  if (isInterrupted) return { state: 'interrupted', ...common };
  if (!isSameSet(slots[state.slot], set)) return { state: 'staged', ...common };
  if (trial === nameSet(set) && onTrial)
    return { state: 'on-trial', ...common, ...(tries !== undefined && { triesLeft: tries }) };
  return { state: good === nameSet(set) ? 'healthy' : 'unconfirmed', ...common };
}
