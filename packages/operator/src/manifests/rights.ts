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
/** The role that all nodes have. */
const NODE_ROLE = 'haos-node';

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
    ...reportRights(),
  ];
}

/**
 * Returns the account of a node and its right to read its own Secret. Admission does not see reads,
 * so that only a role with names keeps the Secrets of other nodes from it.
 */
export function nodeRights(node: string): KubernetesObject[] {
  const name = nodeIdentity(node);
  const secret = { apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: READ };
  return [account(name), ...namespaceRights(name, [secret])];
}

function account(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace(name) };
}

function clusterRights(
  name: string,
  rules: readonly PolicyRule[],
  subject: Subject = accountSubject(name),
): KubernetesObject[] {
  return grant({ name, labels: MANAGED_BY }, ['ClusterRole', 'ClusterRoleBinding'], { rules, subject });
}

function namespaceRights(name: string, rules: readonly PolicyRule[]): KubernetesObject[] {
  const subject = accountSubject(name);
  return grant(inNamespace(name), ['Role', 'RoleBinding'], { rules, subject });
}

/** Who has a role. */
type Subject = Readonly<Record<string, string>>;

function accountSubject(name: string): Subject {
  return { kind: 'ServiceAccount', name, namespace: NAMESPACE };
}

/** Returns a role, and its binding to a subject. */
function grant(
  metadata: KubernetesObject['metadata'],
  [role, binding]: readonly [string, string],
  { rules, subject }: { readonly rules: readonly PolicyRule[]; readonly subject: Subject },
): KubernetesObject[] {
  const common = { apiVersion: `${RBAC}/v1`, metadata };
  return [
    { ...common, kind: role, ...{ rules } },
    {
      ...common,
      kind: binding,
      ...{
        roleRef: { apiGroup: RBAC, kind: role, name: metadata.name },
        subjects: [subject],
      },
    },
  ];
}

function inNamespace(name: string): KubernetesObject['metadata'] {
  return { name, namespace: NAMESPACE, labels: MANAGED_BY };
}

const ACCOUNTS = `system:serviceaccount:${NAMESPACE}:`;

/**
 * The agents' account may create tokens of every account of the namespace, as far as RBAC knows.
 * This policy leaves it the account of the node that the pod runs on: the token of a pod says which
 * node that is (Kubernetes: ServiceAccountTokenPodNodeInfo).
 */
function tokenPolicy(): KubernetesObject[] {
  const claim = 'authentication.kubernetes.io/node-name';
  const resource = { apiGroups: [''], apiVersions: ['v1'], resources: ['serviceaccounts/token'] };
  return policy('haos-agent-token', {
    matchConstraints: {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
      resourceRules: [{ ...resource, operations: ['CREATE'] }],
    },
    condition: `request.userInfo.username == "${ACCOUNTS}${AGENT_ACCOUNT}"`,
    expression:
      `has(request.userInfo.extra) && "${claim}" in request.userInfo.extra && ` +
      `request.name == "${nodeIdentity('')}" + request.userInfo.extra["${claim}"][0]`,
    message: 'an agent may only have the token of its own node',
  });
}

/**
 * All accounts of the namespace may write the status of NodeStates, as far as RBAC knows. This
 * policy leaves each node its own. A ClusterRoleBinding for each node would make every request to
 * the API server slower, because RBAC looks at all of them: with 10,000 nodes, by milliseconds.
 */
function reportRights(): KubernetesObject[] {
  const resources = ['nodestates/status'];
  const group = {
    kind: 'Group',
    apiGroup: RBAC,
    name: `system:serviceaccounts:${NAMESPACE}`,
  };
  const resource = { apiGroups: [GROUP], apiVersions: ['*'], resources };
  return [
    ...clusterRights(NODE_ROLE, [{ apiGroups: [GROUP], resources, verbs: ['patch'] }], group),
    ...policy('haos-node-state', {
      matchConstraints: { resourceRules: [{ ...resource, operations: ['CREATE', 'UPDATE'] }] },
      condition:
        `request.userInfo.username.startsWith("${ACCOUNTS}") && ` +
        `request.userInfo.username != "${ACCOUNTS}${OPERATOR_ACCOUNT}"`,
      expression: `request.userInfo.username == "${ACCOUNTS}${nodeIdentity('')}" + request.name`,
      message: 'a node may only write the status of its own NodeState',
    }),
  ];
}

interface Policy {
  readonly matchConstraints: object;
  /** In CEL: which requests it is about. */
  readonly condition: string;
  /** In CEL: what must be true of them. */
  readonly expression: string;
  readonly message: string;
}

/** Returns a policy of the cluster that refuses requests, and its binding. */
function policy(
  name: string,
  { matchConstraints, condition, expression, message }: Policy,
): KubernetesObject[] {
  const common = { apiVersion: `admissionregistration.k8s.io/v1`, metadata: { name, labels: MANAGED_BY } };
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints,
    matchConditions: [{ name: 'account', expression: condition }],
    validations: [{ expression, message, reason: 'Forbidden' }],
  };
  return [
    { ...common, kind: 'ValidatingAdmissionPolicy', ...{ spec } },
    {
      ...common,
      kind: 'ValidatingAdmissionPolicyBinding',
      ...{ spec: { policyName: name, validationActions: ['Deny'] } },
    },
  ];
}
