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
  /** If given: apply only if the plan has this hash. */
  readonly planHash?: string;
  /** The hash that the operator has seen at work: the agent ends its trial. */
  readonly confirmed?: string;
  /** The hash that the agent must leave: it puts back what it had before. */
  readonly revert?: string;
  readonly upgrade?: UpgradeRequest;
}

export interface NodePart {
  /** The name of the NodeConfig. */
  readonly name: string;
  readonly priority: number;
  /** The generation of the NodeConfig that was rendered. */
  readonly generation: number;
  /** A cloud-config, with its secrets. */
  readonly text: string;
  /** A digest of the user's intent. */
  readonly hash: string;
}

/** A version that the node should run. */
export interface UpgradeRequest {
  readonly version: string;
  /** As `haos upgrade --source` takes it: a URL or a path. Default: the node's own release source. */
  readonly source?: string;
  /** The SHA-256 digest of the image. */
  readonly sha256?: string;
  /** Whether to leave `version` and boot the version before it. */
  readonly rollBack?: boolean;
}

/** What the operator remembers about a node, in its Secret: key `released.json`. */
export interface ReleasedParts {
  /** Parts of NodeConfigs with the strategy Rollout, as they were released to this node. */
  readonly released: readonly NodePart[];
  /** What was released before, by the Rollout that changed it; to roll back. */
  readonly previous?: { readonly rollout: string; readonly parts: readonly NodePart[] };
}
