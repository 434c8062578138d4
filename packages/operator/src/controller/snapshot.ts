import type { KubernetesObject, Node, Secret } from '../objects/metadata.js';
import type { NodeConfig } from '../objects/node-config.js';
import type { NodeState } from '../objects/node-state.js';
import type { Rollout } from '../objects/rollout.js';

/** Everything that the operator decides from. It never asks for more while it decides. */
export interface Snapshot {
  readonly nodes: readonly Node[];
  readonly nodeConfigs: readonly NodeConfig[];
  readonly nodeStates: readonly NodeState[];
  readonly rollouts: readonly Rollout[];
  /** All Secrets of the namespace haos-system. */
  readonly secrets: readonly Secret[];
  /** ServiceAccounts, Roles and RoleBindings with the label `MANAGED_BY`. */
  readonly identities: readonly KubernetesObject[];
  /** Whether the definition of NodeConfigs is being deleted, or is gone. */
  readonly isUninstalling: boolean;
  /** By node: the state of the evictions, of nodes whose step is `Drain`. */
  readonly drains: ReadonlyMap<string, DrainState>;
  /** By the URL of the request: the last answer of the probes that Rollouts name. */
  readonly probes: ReadonlyMap<string, ProbeResult>;
}

export interface DrainState {
  /** Pods that must leave and have not. 0: the node is drained. */
  readonly remaining: number;
  /** One pod that cannot be evicted, such as `PodDisruptionBudget web/web allows no eviction`. */
  readonly blocked?: { readonly pod: string; readonly message: string };
}

export interface ProbeResult {
  readonly ok: boolean;
  /** RFC 3339. */
  readonly at: string;
  /** Such as `503` or `time-out`; for people, and without secrets. */
  readonly message: string;
  /** Of a query: all values of its result. */
  readonly values?: readonly number[];
}
