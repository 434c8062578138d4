import type { NodeAction } from './node-state.js';

/**
 * What a node should have, with its secrets. The operator writes it into the Secret of the node,
 * key `parts.json`; only the agent of that node may read it.
 */
export interface NodeParts {
  readonly node: string;
  /** A digest of the user's intent: the parts, and the versions of the Secrets they name. */
  readonly hash: string;
  /** The lowest priority first: a later part overrides. */
  readonly parts: readonly NodePart[];
  /** Whether the agent may apply them; it plans them in any case. */
  readonly apply: boolean;
  /** The most that applying may do; if the plan needs more, the agent waits. */
  readonly allow: NodeAction;
  /** If given: apply only if the plan has this hash. */
  readonly planHash?: string;
  /** If it changes, the agent tries again what failed before. */
  readonly attempt?: string;
  /** The hash that the operator has seen at work: the agent ends its trial. */
  readonly confirmed?: string;
  readonly upgrade?: UpgradeRequest;
  /** Why the node keeps what it has, though it should have something else; for people. */
  readonly problem?: string;
}

export interface NodePart {
  /** The name of the NodeConfig. */
  readonly name: string;
  readonly priority: number;
  /** The generation of the NodeConfig that was rendered. */
  readonly generation: number;
  /** A cloud-config, with its secrets. */
  readonly text: string;
  /** Texts from Secrets that no plan, message or log may show. */
  readonly secrets?: readonly string[];
  /** A digest of the user's intent. */
  readonly hash: string;
}

/** A version that the node should run. */
export interface UpgradeRequest {
  /** If it changes, the agent tries again what failed before. */
  readonly id: string;
  readonly version: string;
  /** As `haos upgrade --source` takes it. Default: the release source of the node. */
  readonly source?: string;
  /** The SHA-256 digest of the image. */
  readonly sha256?: string;
  /** Whether to leave `version` and boot the version before it. */
  readonly rollBack?: boolean;
}

/** What the operator remembers about a node, in its Secret: key `released.json`. */
export interface ReleasedParts {
  /** What the node may have. `NodeParts` has more while the node plans what is not released yet. */
  readonly parts: readonly NodePart[];
  /** By the name of a NodeConfig: what a Rollout replaced; null if there was nothing. */
  readonly previous?: Readonly<Record<string, NodePart | null>>;
}
