import type { NodeAction, NodePlan } from '../objects/node-state.js';

/** How long a change is tried that may cut the node off, by what it affects. */
const TRIALS: Readonly<Record<NodeAction, string>> = {
  None: '2m',
  Reload: '2m',
  Restart: '10m',
  Reboot: '30m',
};

/** Of any other change: an operator or an API server that is busy has time to confirm it. */
const HARMLESS = '10m';

/** Operations after which a node may be unreachable, though no service restarts. */
const isRisky = ({ what, target }: NodePlan['operations'][number]) =>
  what === 'run' ||
  what.endsWith(' kernel module') ||
  (what.endsWith(' kernel setting') && /^net\b/.test(target));

/**
 * Returns how long a change is tried, as `haos config put --try` takes it. Until then the operator
 * must have seen the node Ready with it. A node that cannot be reached has its old network again
 * within three minutes.
 */
export function trialTime({ action, operations, more }: NodePlan): string {
  const isHarmless = action === 'None' && more === undefined && !operations.some(isRisky);
  return isHarmless ? HARMLESS : TRIALS[action];
}
