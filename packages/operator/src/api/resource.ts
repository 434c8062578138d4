import { API_VERSION } from '../objects/names.js';

/** A kind of objects, and where the API server has them. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

export interface ObjectPath {
  /** Undefined: objects of all namespaces. */
  readonly namespace?: string | undefined;
  /** Undefined: the list. */
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** Every kind that the operator and the agent use. */
export const RESOURCES = {
  node: resource('v1', 'Node'),
  pod: namespaced('v1', 'Pod'),
  secret: namespaced('v1', 'Secret'),
  serviceAccount: namespaced('v1', 'ServiceAccount'),
  event: namespaced('events.k8s.io/v1', 'Event'),
  lease: namespaced('coordination.k8s.io/v1', 'Lease'),
  role: namespaced(RBAC, 'Role'),
  roleBinding: namespaced(RBAC, 'RoleBinding'),
  definition: resource('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  nodeConfig: resource(API_VERSION, 'NodeConfig'),
  nodeState: resource(API_VERSION, 'NodeState'),
  rollout: resource(API_VERSION, 'Rollout'),
} as const satisfies Record<string, Resource>;

/** Describes a kind of the whole cluster. */
function resource(apiVersion: string, kind: string): Resource {
  return { apiVersion, kind, plural: `${kind.toLowerCase()}s`, isNamespaced: false };
}

function namespaced(apiVersion: string, kind: string): Resource {
  return { ...resource(apiVersion, kind), isNamespaced: true };
}

/** Returns the resource of an object; throws a TypeError if the client does not know its kind. */
export function resourceOf(object: { readonly apiVersion: string; readonly kind: string }): Resource {
  const found = Object.values(RESOURCES).find(
    ({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind,
  );
  if (found === undefined) throw new TypeError(`${object.apiVersion} ${object.kind} has no path`);
  return found;
}

/** Returns the path of an object or a list on the API server. */
export function pathOf(resource: Resource, { namespace, name, subresource }: ObjectPath = {}): string {
  const { apiVersion, plural, isNamespaced } = resource;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const parts = [isNamespaced && namespace !== undefined ? `namespaces/${namespace}` : '', plural];
  return [root, ...parts, name ?? '', subresource ?? ''].filter((part) => part !== '').join('/');
}
