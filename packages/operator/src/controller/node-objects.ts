import { nodeRights } from '../manifests/rights.js';
import type { KubernetesObject, OwnerReference, Secret } from '../objects/metadata.js';
import {
  API_VERSION,
  MANAGED_BY,
  NAMESPACE,
  NODE_LABEL,
  nodeIdentity,
  SECRET_KEYS,
} from '../objects/names.js';
import type { NodeState } from '../objects/node-state.js';
import type { NodeDocuments } from './node-documents.js';

/** Returns the NodeState of a node, to create it. */
export function nodeState(node: string): KubernetesObject {
  return { apiVersion: API_VERSION, kind: 'NodeState', metadata: { name: node, labels: MANAGED_BY } };
}

/** Returns the account of a node and its rights. They go with its NodeState. */
export function nodeAccount(state: NodeState): KubernetesObject[] {
  return nodeRights(state.metadata.name).map((object) => ({
    ...object,
    metadata: ownedBy(state, object.metadata),
  }));
}

/** Returns the Secret of a node. It goes with its NodeState. */
export function nodeSecret(state: NodeState, documents: NodeDocuments): Secret {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ownedBy(state, { name: nodeIdentity(state.metadata.name), namespace: NAMESPACE }),
    type: 'Opaque',
    data: {
      [SECRET_KEYS.parts]: encode(documents.parts),
      [SECRET_KEYS.released]: encode(documents.released),
    },
  };
}

/** Returns what a Secret has; undefined if there is nothing, or nothing that can be read. */
export function readDocuments(secret: Secret | undefined): NodeDocuments | undefined {
  const [parts, released] = [secret?.data?.[SECRET_KEYS.parts], secret?.data?.[SECRET_KEYS.released]];
  if (parts === undefined || released === undefined) return undefined;
  try {
    return { parts: decode(parts), released: decode(released) };
  } catch {
    return undefined;
  }
}

function decode<Value>(text: string): Value {
  return JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Value;
}

function ownedBy(state: NodeState, metadata: KubernetesObject['metadata']): KubernetesObject['metadata'] {
  const { name, uid = '' } = state.metadata;
  const owner: OwnerReference = { apiVersion: API_VERSION, kind: 'NodeState', name, uid };
  return { ...metadata, labels: { ...MANAGED_BY, [NODE_LABEL]: name }, ownerReferences: [owner] };
}
