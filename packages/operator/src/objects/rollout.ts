import type { Condition, KubernetesObject, LabelSelector } from './metadata.js';
import type { API_VERSION } from './names.js';
import type { NodeAction } from './node-state.js';

/** Brings nodes to a configuration or a version, in waves. Cluster-scoped. */
export interface Rollout extends KubernetesObject {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Rollout';
  readonly spec: RolloutSpec;
  readonly status?: RolloutStatus;
}

export interface RolloutSpec {
  readonly target: RolloutTarget;
  /** Default: all nodes of the target. */
  readonly nodeSelector?: LabelSelector;
  /** The last wave has the rest. Default: one wave. */
  readonly waves?: readonly Wave[];
  /** How many nodes of a wave may be unavailable, for any reason. Default: 1. */
  readonly maxUnavailable?: number;
  readonly gate?: Gate;
  /** When nodes may be changed. Default: always. */
  readonly windows?: readonly MaintenanceWindow[];
  /** For a step of a node: drain, apply, reboot. Default: `DEFAULT_STEP_TIMEOUT_SECONDS`. */
  readonly stepTimeoutSeconds?: number;
  /** What happens to the wave of a node that fails. Default: `RollBack`. */
  readonly onFailure?: 'RollBack' | 'Stop';
  /** `Required`: nothing happens until `approvedPlan` is `status.planHash`. Default: `None`. */
  readonly approval?: 'None' | 'Required';
  readonly approvedPlan?: string;
  /** Whether to start nothing new. */
  readonly paused?: boolean;
  /** Whether to end it: nothing new starts, and nodes that have not changed are uncordoned. */
  readonly aborted?: boolean;
}

export const DEFAULT_STEP_TIMEOUT_SECONDS = 1800;

/** Either `config` or `version`. */
export interface RolloutTarget {
  /** The name of a NodeConfig with the strategy Rollout. */
  readonly config?: string;
  /** A version of HAOS, as it is tagged. */
  readonly version?: string;
  /** Where the version is: as `haos upgrade --source` takes it. */
  readonly source?: string;
  /** The SHA-256 digest of the image of the version. */
  readonly sha256?: string;
}

/** Either `count` or `percent` of all nodes of the rollout, rounded up. */
export interface Wave {
  readonly count?: number;
  readonly percent?: number;
}

export interface Gate {
  /** How long a wave must be healthy before the next. Default: 0. */
  readonly bakeSeconds?: number;
  /** Every URL must answer with a 2xx status. */
  readonly httpProbes?: readonly HttpProbe[];
  /** Every query must have a result, and all its values must keep the limits. */
  readonly promQueries?: readonly PromQuery[];
}

export interface HttpProbe {
  readonly url: string;
  /** Default: 10. */
  readonly timeoutSeconds?: number;
}

/** An instant query of Prometheus. At least one of `min` and `max` is given. */
export interface PromQuery {
  /** Of the server, such as `http://prometheus.monitoring:9090`. */
  readonly url: string;
  readonly query: string;
  readonly min?: number;
  readonly max?: number;
  /** Default: 10. */
  readonly timeoutSeconds?: number;
}

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

export interface MaintenanceWindow {
  /** Days on which it starts. Default: every day. */
  readonly days?: readonly (typeof WEEKDAYS)[number][];
  /** `HH:MM`. */
  readonly start: string;
  readonly durationMinutes: number;
  /** A name of the IANA database. Default: UTC. */
  readonly timezone?: string;
}

export const PHASES = [
  ...(['WaitingForApproval', 'Progressing', 'Paused', 'Baking'] as const),
  ...(['RollingBack', 'Complete', 'Failed', 'Aborted'] as const),
] as const;
export type RolloutPhase = (typeof PHASES)[number];

export interface RolloutStatus {
  readonly observedGeneration?: number;
  readonly phase?: RolloutPhase;
  /** If approval is required: a digest of the target and of all plans, for `spec.approvedPlan`. */
  readonly planHash?: string;
  /** The target that the rollout works on: a changed target starts again. */
  readonly target?: string;
  /** The current wave, from 1. */
  readonly wave?: number;
  readonly waves?: readonly WaveCounts[];
  /** RFC 3339; when it began, or began again after it was complete. */
  readonly startedAt?: string;
  /** RFC 3339; since when all nodes of the current wave are healthy. */
  readonly bakingSince?: string;
  /**
   * `Progressing`, and `Blocked`: why nothing happens, who holds it, and when it is tried again.
   */
  readonly conditions?: readonly Condition[];
}

export interface WaveCounts {
  readonly nodes: number;
  /** Nodes that are being changed. */
  readonly updating: number;
  readonly updated: number;
  readonly failed: number;
  readonly rolledBack: number;
}

/** Where a node is in a rollout: an annotation of its NodeState. */
export interface NodeStep {
  /** The name of the Rollout. */
  readonly rollout: string;
  /** The target, as in `RolloutStatus.target`. */
  readonly target: string;
  /** From 1. A node keeps the wave that it was given. */
  readonly wave: number;
  /** The `planHash` of the Rollout with which the node was given its wave. */
  readonly batch: string;
  /** The uid of the Rollout: another Rollout of the same name tries again. */
  readonly attempt: string;
  /** The hash of the node's plan when it was given its wave. */
  readonly planHash?: string;
  /** What the plan says that the node has to do. */
  readonly action?: NodeAction;
  readonly step: StepName;
  /** RFC 3339; when the step began. */
  readonly since: string;
  /** Whether `Drain` comes before `RollBack` instead of `Apply`. */
  readonly rollBack?: true;
  /** Why the node failed. */
  readonly reason?: string;
}

/**
 * `Pending`: the node has its wave. `Drain`: cordoned, pods are evicted. `Apply`: the agent may
 * apply. `RollBack`: the agent puts back what it had. The others are ends.
 */
export const STEPS = [
  ...(['Pending', 'Drain', 'Apply', 'RollBack'] as const),
  ...(['Done', 'Failed', 'RolledBack', 'RollBackFailed', 'Aborted'] as const),
] as const;
export type StepName = (typeof STEPS)[number];
