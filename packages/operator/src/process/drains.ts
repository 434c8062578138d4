import type { ApiClient } from '../api/client.js';
import { type Pod, readDrain } from '../api/eviction.js';
import type { DrainState } from '../controller/snapshot.js';
import type { NodeState } from '../objects/node-state.js';
import { stepOf } from '../rollout/node-step.js';

/** Follows the drains of nodes. */
export interface Drains {
  /** Remembers what an eviction left and what blocked it. */
  put(node: string, state: DrainState): void;
  /** Reads how far each node is drained whose step is `Drain`. */
  read(states: readonly NodeState[], signal: AbortSignal): Promise<ReadonlyMap<string, DrainState>>;
}

/** Returns drains that know nothing yet: what blocks one is known after the next eviction. */
export function createDrains(client: ApiClient, isOwn: (pod: Pod) => boolean): Drains {
  const blocked = new Map<string, DrainState['blocked']>();
  return {
    put: (node, state) => void blocked.set(node, state.blocked),
    async read(states, signal) {
      const nodes = states
        .filter((state) => stepOf(state)?.step === 'Drain')
        .map(({ metadata }) => metadata.name);
      for (const node of blocked.keys()) if (!nodes.includes(node)) blocked.delete(node);
      const entries = nodes.map(async (node): Promise<[string, DrainState]> => {
        const { remaining } = await readDrain(client, node, { isOwn, signal });
        const last = remaining > 0 ? blocked.get(node) : undefined;
        return [node, { remaining, ...(last !== undefined && { blocked: last }) }];
      });
      return new Map(await Promise.all(entries));
    },
  };
}
