import type { Condition, KubernetesObject } from './metadata.js';
import type { API_VERSION } from './names.js';

/**
 * The state of one node, which has the same name. Cluster-scoped. The operator creates it; the
 * agent of the node writes its status, and nothing else.
 */
export interface NodeState extends KubernetesObject {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'NodeState';
  readonly status?: NodeStateStatus;
}

export interface NodeStateStatus {
  readonly agentVersion?: string;
  readonly haos?: HaosState;
  /** The release of the running kernel. */
  readonly kernel?: string;
  /** The version of the running k3s. */
  readonly k3s?: string;
  /** The kernel's boot id: it proves a reboot. */
  readonly bootId?: string;
  readonly secureBoot?: 'Enabled' | 'Disabled' | 'Unsupported';
  /** The last run of each phase since the node booted, in their order. */
  readonly phases?: readonly PhaseState[];
  readonly config?: ConfigState;
  readonly plan?: NodePlan;
  readonly issues?: readonly NodeIssue[];
  readonly drift?: readonly Drift[];
  readonly upgrade?: UpgradeState;
  /** `Ready`, `ConfigApplied`, `InSync`, `UpgradeHealthy`. */
  readonly conditions?: readonly Condition[];
  /** RFC 3339; written with each change, and every few minutes. */
  readonly heartbeat?: string;
}

export interface HaosState {
  /** The running version. */
  readonly version: string;
  /** The version that boots next, if it is another. */
  readonly next?: string;
  /** The versions on the disk. */
  readonly slots?: readonly string[];
  /** Such as `disk`, `live`. */
  readonly mode?: string;
}

/** The phases in which a node applies its configuration, in their order. */
export const PHASES = ['initrd', 'boot', 'runtime'] as const;

/** What became of one phase. */
export interface PhaseState {
  readonly phase: (typeof PHASES)[number];
  /**
   * `Done`: all is applied. `Failed`: a step failed, or something was left out; the rest is
   * applied. `Unfinished`: it runs, or was interrupted.
   */
  readonly result: 'Done' | 'Failed' | 'Unfinished';
  /** RFC 3339; when it ended, or began if it has not ended. */
  readonly time: string;
  /** The number of errors and warnings of the configuration that it read. */
  readonly issues: number;
  /** What failed or was left out first, and why, or the step that it has not finished. */
  readonly message?: string;
}

/** Hashes are those of `NodeParts`. */
export interface ConfigState {
  /** The parts that the agent read last. */
  readonly wanted?: string;
  /** The parts that are in effect. */
  readonly applied?: string;
  /** The NodeConfigs of these parts, the lowest priority first. */
  readonly parts?: readonly AppliedPart[];
  /** The parts that the agent last tried to apply, with `result`. */
  readonly attempted?: string;
  /** The `attempt` of the parts that the agent last tried to apply. */
  readonly attempt?: string;
  /**
   * `Applied`: in effect, and still on trial until it is confirmed. `Failed`: not valid, or a step
   * failed. `Reverted`: it was not confirmed in time. `Waiting`: the agent may not apply it yet.
   */
  readonly result?: 'Applied' | 'Failed' | 'Reverted' | 'Waiting';
  readonly message?: string;
}

/** A NodeConfig that is in effect on a node. */
export interface AppliedPart {
  readonly name: string;
  /** The generation of the NodeConfig that the agent applied. */
  readonly generation: number;
  /** The hash of the part. */
  readonly hash: string;
}

/** What a node has to do for a change, the least first. */
export const ACTIONS = ['None', 'Reload', 'Restart', 'Reboot'] as const;
export type NodeAction = (typeof ACTIONS)[number];

/** What applying the wanted parts would change; without secrets. */
export interface NodePlan {
  /** The parts that were planned. */
  readonly wanted: string;
  /** A digest of `action` and all operations; an approval is bound to it. */
  readonly hash: string;
  readonly action: NodeAction;
  /** At most `MAX_OPERATIONS`. */
  readonly operations: readonly PlannedOperation[];
  /** The number of operations that are left out. */
  readonly more?: number;
}

/** The largest number of operations in a NodeState. */
export const MAX_OPERATIONS = 200;

export interface PlannedOperation {
  /** What happens, such as `create file`, `restart service`. */
  readonly what: string;
  /** A path, a command, or a name. */
  readonly target: string;
  /** A unified diff of a file without secrets; at most 4 KiB. */
  readonly diff?: string;
}

export interface NodeIssue {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
  /** Where the value is from, such as `NodeConfig/base:3`. */
  readonly origin?: string;
}

/** What differs on the node from what HAOS wrote. */
export interface Drift {
  readonly path: string;
  readonly kind: 'Changed' | 'Missing';
  /** The part or the source that the content is from, such as `NodeConfig/base`. */
  readonly owner?: string;
}

export interface UpgradeState {
  /** The `id` of the request. */
  readonly id: string;
  /** The version that was requested. */
  readonly version: string;
  readonly verdict: 'Staged' | 'Trial' | 'Healthy' | 'RolledBack' | 'Failed' | 'Downloading';
  readonly message?: string;
}
