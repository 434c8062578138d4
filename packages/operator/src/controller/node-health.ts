import type { Node } from '../objects/metadata.js';
import { NODE_LABELS } from '../objects/names.js';

/** Returns whether Kubernetes can use a node. */
export function isReady(node: Node): boolean {
  return hasCondition(node, 'Ready');
}

export function hasCondition({ status }: Node, type: string): boolean {
  return status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
}

/** Returns whether a node runs HAOS. */
export function isHaos({ metadata }: Node): boolean {
  return metadata.labels?.[NODE_LABELS.mode] !== undefined;
}

export function isServer({ metadata }: Node): boolean {
  return metadata.labels?.[NODE_LABELS.server] !== undefined;
}

/** Returns whether a server is a member of the etcd that k3s runs. */
export function hasEtcd({ metadata }: Node): boolean {
  return metadata.labels?.[NODE_LABELS.etcd] !== undefined;
}
