import { type ObjectCache, startCache } from '../api/cache.js';
import type { ApiClient } from '../api/client.js';
import { RESOURCES, type Resource } from '../api/resource.js';
import type { Snapshot } from '../controller/snapshot.js';
import type { KubernetesObject, Node, Secret } from '../objects/metadata.js';
import { GROUP, MANAGED_BY, NAMESPACE } from '../objects/names.js';
import type { NodeConfig } from '../objects/node-config.js';
import type { NodeState } from '../objects/node-state.js';
import type { Rollout } from '../objects/rollout.js';

/** Copies of all objects that the operator decides from. */
export interface FleetCaches {
  /** Resolves when all are complete. */
  readonly synced: Promise<unknown>;
  /** Resolves when the signal aborted and nothing runs any more. */
  readonly done: Promise<unknown>;
  readonly nodeStates: ObjectCache<NodeState>;
  readonly rollouts: ObjectCache<Rollout>;
  /** Adds an object as the API server stored it, before a watch delivers it. */
  put(object: KubernetesObject): void;
  objects(): Omit<Snapshot, 'drains' | 'probes'>;
}

export interface FleetCachesOptions {
  readonly signal: AbortSignal;
  readonly onChange: () => void;
  readonly onError: (resource: Resource, error: unknown, pause: number) => void;
}

const [[LABEL, VALUE] = ['', '']] = Object.entries(MANAGED_BY);

/** The definition whose deletion deletes all NodeConfigs. */
const NODE_CONFIGS = `${RESOURCES.nodeConfig.plural}.${GROUP}`;

function isLeaving(object: KubernetesObject | undefined): boolean {
  return object === undefined || object.metadata.deletionTimestamp !== undefined;
}

/** Follows the objects until the signal aborts. */
export function startFleetCaches(client: ApiClient, options: FleetCachesOptions): FleetCaches {
  const all = new Map<Resource, ObjectCache<KubernetesObject>>();
  function follow<T extends KubernetesObject>(
    resource: Resource,
    more: { namespace?: string; labelSelector?: string } = {},
  ): ObjectCache<T> {
    const { signal, onChange } = options;
    const onError = (error: unknown, pause: number) => options.onError(resource, error, pause);
    const cache = startCache<T>(client, { resource, selection: more, signal, onChange, onError });
    all.set(resource, cache as unknown as ObjectCache<KubernetesObject>);
    return cache;
  }

  const labelSelector = `${LABEL}=${VALUE}`;
  const inNamespace = { namespace: NAMESPACE };
  const nodes = follow<Node>(RESOURCES.node);
  const definitions = follow(RESOURCES.definition, { labelSelector });
  const nodeConfigs = follow<NodeConfig>(RESOURCES.nodeConfig);
  const nodeStates = follow<NodeState>(RESOURCES.nodeState);
  const rollouts = follow<Rollout>(RESOURCES.rollout);
  const secrets = follow<Secret>(RESOURCES.secret, inNamespace);
  const identities = [
    follow(RESOURCES.serviceAccount, { ...inNamespace, labelSelector }),
    follow(RESOURCES.role, { ...inNamespace, labelSelector }),
    follow(RESOURCES.roleBinding, { ...inNamespace, labelSelector }),
  ];
  return {
    nodeStates,
    rollouts,
    synced: Promise.all([...all.values()].map(({ synced }) => synced)),
    done: Promise.all([...all.values()].map(({ done }) => done)),
    put(object) {
      const entry = [...all].find(([resource]) => resource.kind === object.kind);
      entry?.[1].put(object);
    },
    objects: () => ({
      nodes: nodes.list(),
      nodeConfigs: nodeConfigs.list(),
      nodeStates: nodeStates.list(),
      rollouts: rollouts.list(),
      secrets: secrets.list(),
      identities: identities.flatMap((cache) => cache.list()),
      isUninstalling: isLeaving(definitions.get(NODE_CONFIGS)),
    }),
  };
}
