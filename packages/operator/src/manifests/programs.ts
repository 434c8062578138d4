import { PROJECT } from '@haos/system/internal';
import type { KubernetesObject } from '../objects/metadata.js';
import { MANAGED_BY, NAMESPACE } from '../objects/names.js';
import { AGENT_ACCOUNT, OPERATOR_ACCOUNT } from './rights.js';

/** Where the operator serves /healthz, /readyz and /metrics. */
export const OPERATOR_PORT = 8080;

/** Nodes of HAOS: their programs are what the pods run. */
const ON_HAOS = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'haos.io/mode', operator: 'Exists' }] }],
    },
  },
};

/** The program of the node, and what it writes besides. */
const USR = {
  mounts: [
    { name: 'usr', mountPath: '/usr', readOnly: true },
    { name: 'tmp', mountPath: '/tmp' },
  ],
  volumes: [
    { name: 'usr', hostPath: { path: '/usr', type: 'Directory' } },
    { name: 'tmp', emptyDir: {} },
  ],
};

const IMAGE = { image: PROJECT.operatorImage, imagePullPolicy: 'IfNotPresent' };
const NODE_NAME = { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } };
const POD_NAME = { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };

/** Returns the operator and the agents. */
export function programs(): KubernetesObject[] {
  return [deployment(), daemonSet()];
}

function deployment(): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': 'haos-operator' };
  return workload('Deployment', 'haos-operator', {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: OPERATOR_ACCOUNT,
        priorityClassName: 'system-cluster-critical',
        affinity: { ...ON_HAOS, podAntiAffinity: onDifferentNodes(labels) },
        tolerations: [
          { key: 'CriticalAddonsOnly', operator: 'Exists' },
          { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node-role.kubernetes.io/etcd', operator: 'Exists', effect: 'NoExecute' },
        ],
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'operator',
            ...IMAGE,
            command: ['/usr/sbin/haos', 'operator'],
            env: [POD_NAME],
            ports: [{ name: 'http', containerPort: OPERATOR_PORT }],
            livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, initialDelaySeconds: 30 },
            readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
            resources: { requests: { cpu: '50m', memory: '96Mi' } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            volumeMounts: USR.mounts,
          },
        ],
        volumes: USR.volumes,
      },
    },
  });
}

function daemonSet(): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': 'haos-agent' };
  return workload('DaemonSet', 'haos-agent', {
    selector: { matchLabels: labels },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: AGENT_ACCOUNT,
        priorityClassName: 'system-node-critical',
        // It configures the network of the node, so that it must not need a network of pods.
        hostNetwork: true,
        hostPID: true,
        affinity: ON_HAOS,
        tolerations: [{ operator: 'Exists' }],
        containers: [
          {
            name: 'agent',
            ...IMAGE,
            command: ['/usr/sbin/haos', 'agent'],
            env: [NODE_NAME],
            resources: { requests: { cpu: '10m', memory: '64Mi' } },
            securityContext: { privileged: true, readOnlyRootFilesystem: true },
            volumeMounts: [
              ...USR.mounts,
              { name: 'host', mountPath: '/host', mountPropagation: 'HostToContainer' },
            ],
          },
        ],
        volumes: [...USR.volumes, { name: 'host', hostPath: { path: '/', type: 'Directory' } }],
      },
    },
  });
}

/** Returns a preference, because a cluster may have a single node. */
function onDifferentNodes(labels: Readonly<Record<string, string>>): object {
  const podAffinityTerm = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] };
}

function workload(kind: string, name: string, spec: object): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: NAMESPACE, labels: MANAGED_BY },
    ...{ spec },
  };
}
