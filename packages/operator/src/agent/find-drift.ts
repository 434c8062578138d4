import { applierKeys, isSet } from '@haos/cc/internal';
import type { Drift } from '../objects/node-state.js';
import type { PlanOutput } from './node-plan.js';
import type { RenderedParts } from './render-parts.js';

/** The largest number of entries in a NodeState. */
const MOST = 50;

/**
 * Returns what differs on a node from what its configuration says: what its plan would change
 * although nothing new is wanted. The owner is the last part that sets one of the keys behind it.
 */
export function findDrift({ steps }: PlanOutput, { configs }: Pick<RenderedParts, 'configs'>): Drift[] {
  const found = steps.flatMap(({ applier, changes }) => {
    const owner = configs.findLast(({ config }) => applierKeys(applier).some((key) => isSet(config, key)));
    return changes.map(
      ({ action, target }): Drift => ({
        path: target,
        kind: action === 'create' ? 'Missing' : 'Changed',
        ...(owner && { owner: `NodeConfig/${owner.name}` }),
      }),
    );
  });
  return found.slice(0, MOST);
}
