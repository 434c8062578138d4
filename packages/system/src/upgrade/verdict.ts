import { isSameSet, nameSet, type ReleaseSet } from '../components.js';
import type { UpgradeStatus } from './status.js';

/**
 * `healthy`: the running set is confirmed · `on-trial`: it is not confirmed yet, and may be rolled
 * back · `unconfirmed`: its health is unknown, as before the first healthy boot · `staged`: another
 * set boots next · `interrupted`: an upgrade was interrupted.
 */
export interface UpgradeVerdict {
  state: 'healthy' | 'on-trial' | 'unconfirmed' | 'staged' | 'interrupted';
  /** The running set. */
  running: ReleaseSet;
  /** The number of boots that a set on trial has left. */
  triesLeft?: number;
  /**
   * The set that failed or was rolled back; upgrades refuse it until it is forgotten. In the format
   * of `nameSet`.
   */
  failed?: string;
}

/**
 * Returns the state of a node from its slots. `onTrial`: the boot loader booted the running set on
 * trial.
 */
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
