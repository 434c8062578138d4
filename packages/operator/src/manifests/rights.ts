import type { KubernetesObject } from '../objects/metadata.js';
import { GROUP, MANAGED_BY, NAMESPACE, nodeIdentity } from '../objects/names.js';

/** A rule of a Role. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The account of the operator. */
export const OPERATOR_ACCOUNT = 'haos-operator';
/** The account with which an agent gets the token of its node. It may do nothing else. */
export const AGENT_ACCOUNT = 'haos-agent';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const OWN = [...READ, 'create', 'patch', 'delete'];

/**
 * What the operator may do with objects of the cluster. What it grants to nodes is among it, so
 * that it needs no `escalate`, and it can grant nothing else.
 */
const CLUSTER_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: [...READ, 'patch'] },
  // To drain: it evicts pods, and deletes none.
  { apiGroups: [''], resources: ['pods'], verbs: READ },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
  { apiGroups: [GROUP], resources: ['nodeconfigs', 'rollouts'], verbs: READ },
  // To see that it is being uninstalled.
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: READ },
  { apiGroups: [GROUP], resources: ['nodestates'], verbs: OWN },
  {
    apiGroups: [GROUP],
    resources: ['nodeconfigs/status', 'nodestates/status', 'rollouts/status'],
    verbs: ['patch'],
  },
  { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: [RBAC], resources: ['clusterroles', 'clusterrolebindings'], verbs: OWN },
];

/** What it may do in its own namespace. */
const NAMESPACE_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['secrets', 'serviceaccounts'], verbs: OWN },
  { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs: OWN },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'create', 'update', 'patch'],
  },
];

/** Returns the accounts of the operator and of the agents, and their rights. */
export function rights(): KubernetesObject[] {
  const tokens = { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] };
  return [
    account(OPERATOR_ACCOUNT),
    ...clusterRights(OPERATOR_ACCOUNT, CLUSTER_RULES),
    ...namespaceRights(OPERATOR_ACCOUNT, NAMESPACE_RULES),
    account(AGENT_ACCOUNT),
    ...namespaceRights(AGENT_ACCOUNT, [tokens]),
    ...tokenPolicy(),
  ];
}

/**
 * Returns the account of a node and its rights: its own Secret, and its own NodeState. Admission
 * does not see reads, so that only a role with names keeps the Secrets of other nodes from it.
 */
export function nodeRights(node: string): KubernetesObject[] {
  const name = nodeIdentity(node);
  const state = { apiGroups: [GROUP], resourceNames: [node] };
  return [
    account(name),
    ...namespaceRights(name, [
      { apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: READ },
    ]),
    ...clusterRights(name, [
      { ...state, resources: ['nodestates'], verbs: READ },
      { ...state, resources: ['nodestates/status'], verbs: ['patch'] },
    ]),
  ];
}

function account(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace(name) };
}

function clusterRights(name: string, rules: readonly PolicyRule[]): KubernetesObject[] {
  return grant({ name, labels: MANAGED_BY }, ['ClusterRole', 'ClusterRoleBinding'], rules);
}

function namespaceRights(name: string, rules: readonly PolicyRule[]): KubernetesObject[] {
  return grant(inNamespace(name), ['Role', 'RoleBinding'], rules);
}

/** Returns a role, and its binding to the account with the same name. */
function grant(
  metadata: KubernetesObject['metadata'],
  [role, binding]: readonly [string, string],
  rules: readonly PolicyRule[],
): KubernetesObject[] {
  const common = { apiVersion: `${RBAC}/v1`, metadata };
  return [
    { ...common, kind: role, ...{ rules } },
    {
      ...common,
      kind: binding,
      ...{
        roleRef: { apiGroup: RBAC, kind: role, name: metadata.name },
        subjects: [{ kind: 'ServiceAccount', name: metadata.name, namespace: NAMESPACE }],
      },
    },
  ];
}

function inNamespace(name: string): KubernetesObject['metadata'] {
  return { name, namespace: NAMESPACE, labels: MANAGED_BY };
}

/**
 * The agents' account may create tokens of every account of the namespace, as far as RBAC knows.
 * This policy leaves it the account of the node that the pod runs on: the token of a pod says which
 * node that is (Kubernetes: ServiceAccountTokenPodNodeInfo).
 */
function tokenPolicy(): KubernetesObject[] {
  const name = 'haos-agent-token';
  const claim = 'authentication.kubernetes.io/node-name';
  const resource = { apiGroups: [''], apiVersions: ['v1'], resources: ['serviceaccounts/token'] };
  const policy = {
    failurePolicy: 'Fail',
    matchConstraints: {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
      resourceRules: [{ ...resource, operations: ['CREATE'] }],
    },
    matchConditions: [
      {
        name: 'agent',
        expression: `request.userInfo.username == "system:serviceaccount:${NAMESPACE}:${AGENT_ACCOUNT}"`,
      },
    ],
    validations: [
      {
        expression:
          `has(request.userInfo.extra) && "${claim}" in request.userInfo.extra && ` +
          `request.name == "${nodeIdentity('')}" + request.userInfo.extra["${claim}"][0]`,
        message: 'an agent may only have the token of its own node',
      },
    ],
  };
  const common = { apiVersion: `admissionregistration.k8s.io/v1`, metadata: { name, labels: MANAGED_BY } };
  return [
    { ...common, kind: 'ValidatingAdmissionPolicy', ...{ spec: policy } },
    {
      ...common,
      kind: 'ValidatingAdmissionPolicyBinding',
      ...{ spec: { policyName: name, validationActions: ['Deny'] } },
    },
  ];
}
