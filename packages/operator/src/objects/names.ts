/** The API group of the objects. */
export const GROUP = 'haos.io';

/** The version of the objects, as their `apiVersion`. */
export const API_VERSION = `${GROUP}/v1alpha1`;

/** The namespace of the programs, of the nodes' Secrets and of those that configurations name. */
export const NAMESPACE = 'haos-system';

/** The label and the value of everything that the operator makes. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'haos-operator' } as const;

/** The label with the name of the node that a Secret or an identity is for. */
export const NODE_LABEL = `${GROUP}/node`;

/** Annotations: two that the operator writes, and one that people write. */
export const ANNOTATIONS = {
  /** Of a NodeState: where the node is in a rollout, as JSON of a `NodeStep`. */
  step: `${GROUP}/rollout-step`,
  /** Of a Node: the Rollout that cordoned it. */
  cordonedBy: `${GROUP}/cordoned-by`,
  /** Of a NodeConfig: any text. When it changes, nodes try again what failed or was taken back. */
  retry: `${GROUP}/retry`,
} as const;

/**
 * Field managers of server-side apply, and of the patch that cordons. Each owns a different part of
 * an object, so that giving up one part leaves the others.
 */
export type FieldManager = 'haos-operator' | 'haos-rollout' | 'haos-cordon' | 'haos-agent';

/** Keys of the Secret of a node. */
export const SECRET_KEYS = {
  /** What the agent reads: JSON of `NodeParts`. */
  parts: 'parts.json',
  /** What the operator remembers: JSON of `ReleasedParts`. The agent does not read it. */
  released: 'released.json',
} as const;

/**
 * Returns the name of the Secret, the ServiceAccount, the Role and the RoleBinding of a node. Names
 * of nodes are DNS subdomains of at most 253 characters, of which k3s uses 63.
 */
export function nodeIdentity(node: string): string {
  return `haos-node-${node}`;
}

/** Labels of a Node that the operator reads. */
export const NODE_LABELS = {
  /** Every node of HAOS has it. */
  mode: `${GROUP}/mode`,
  /** Set by k3s. */
  server: 'node-role.kubernetes.io/control-plane',
  /** Set by k3s on members of its own etcd. */
  etcd: 'node-role.kubernetes.io/etcd',
} as const;
