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
  node: { apiVersion: 'v1', kind: 'Node', plural: 'nodes', isNamespaced: false },
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true },
  secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', isNamespaced: true },
  serviceAccount: {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    isNamespaced: true,
  },
  event: { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', isNamespaced: true },
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', isNamespaced: true },
  role: { apiVersion: RBAC, kind: 'Role', plural: 'roles', isNamespaced: true },
  roleBinding: { apiVersion: RBAC, kind: 'RoleBinding', plural: 'rolebindings', isNamespaced: true },
  clusterRole: { apiVersion: RBAC, kind: 'ClusterRole', plural: 'clusterroles', isNamespaced: false },
  clusterRoleBinding: {
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    isNamespaced: false,
  },
  definition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    isNamespaced: false,
  },
  nodeConfig: { apiVersion: API_VERSION, kind: 'NodeConfig', plural: 'nodeconfigs', isNamespaced: false },
  nodeState: { apiVersion: API_VERSION, kind: 'NodeState', plural: 'nodestates', isNamespaced: false },
  rollout: { apiVersion: API_VERSION, kind: 'Rollout', plural: 'rollouts', isNamespaced: false },
} as const satisfies Record<string, Resource>;

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
