import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  API_VERSION,
  type ApiClient,
  applyObject,
  type Credentials,
  createObject,
  createTokenSource,
  type KubernetesObject,
  NAMESPACE,
  type NodeParts,
  type NodeState,
  RESOURCES,
  SECRET_KEYS,
  startCache,
} from '@haos/operator/internal';
import { runSimulatedAgent } from '../../packages/operator/src/testing/fleet.js';
import type { ApiServer } from '../kubernetes/api-server.js';

const MANIFEST = fileURLToPath(
  new URL('../../os/overlay/rootfs/usr/share/haos/manifests/node-operator.yaml', import.meta.url),
);

/** Applies what the image applies: the definitions and the rights of the operator. */
export async function installOperator(server: ApiServer, client: ApiClient): Promise<void> {
  const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await client.call({ method: 'POST', path: '/api/v1/namespaces', body: namespace }).catch(() => {});
  const kubectl = ['kubectl', `--kubeconfig=${server.kubeconfig}`];
  const apply = ['apply', '--server-side', '--force-conflicts', `--filename=${MANIFEST}`];
  execFileSync(server.program, [...kubectl, ...apply], { encoding: 'utf8' });
  for (const plural of ['nodeconfigs', 'nodestates', 'rollouts']) {
    const path = `/apis/${API_VERSION}/${plural}`;
    const isServed = () =>
      client.call({ method: 'GET', path }).then(
        () => true,
        () => false,
      );
    while (!(await isServed())) await pause(100);
  }
}

/** Returns the credentials of the operator's own account, with its own rights. */
export function operatorCredentials(server: ApiServer, client: ApiClient): Credentials {
  const token = createTokenSource(client, { namespace: NAMESPACE, serviceAccount: 'haos-operator' });
  return { server: server.url, ca: readFileSync(server.authority, 'utf8'), token };
}

/** Creates a Node of HAOS that is Ready. */
export async function createNode(
  client: ApiClient,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'haos.io/mode': 'disk', ...labels } },
    spec: { providerID: `k3s://${name}` },
  };
  await createObject(client, node);
  await setReady(client, name, true);
}

/** Does what the kubelet and the node controller do with a Node. */
export async function setReady(client: ApiClient, name: string, isReady: boolean): Promise<void> {
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  const status = { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { conditions } };
  await applyObject(client, status, { manager: 'kubelet', subresource: 'status' });
}

/**
 * Simulates the agents of all nodes until the signal aborts. One that `isSilent` reads the
 * parts and does nothing.
 */
export function startAgents(
  client: ApiClient,
  signal: AbortSignal,
  isSilent: (parts: NodeParts) => boolean = () => false,
): void {
  const secrets = startCache<Secret>(client, {
    resource: RESOURCES.secret,
    selection: { namespace: NAMESPACE, labelSelector: 'haos.io/node' },
    signal,
    onError: () => {},
    onChange: () => void report(),
  });
  const done = new Map<string, string>();
  const statuses = new Map<string, object>();
  let isReporting = false;
  let isStale = false;

  async function report(): Promise<void> {
    isStale = true;
    if (isReporting) return;
    isReporting = true;
    while (isStale && !signal.aborted) {
      isStale = false;
      for (const { metadata, data } of secrets.list()) {
        const text = Buffer.from(data?.[SECRET_KEYS.parts] ?? '', 'base64').toString('utf8');
        if (done.get(metadata.name) === text || text === '') continue;
        await act(JSON.parse(text) as NodeParts).then(
          () => done.set(metadata.name, text),
          () => {
            isStale = true; // Real agents repeat a report that failed, too.
          },
        );
      }
      if (isStale) await pause(200);
    }
    isReporting = false;
  }

  async function act(parts: NodeParts): Promise<void> {
    if (isSilent(parts)) return;
    const status = runSimulatedAgent(parts, statuses.get(parts.node) ?? {}, new Date());
    statuses.set(parts.node, status);
    const state: NodeState = {
      apiVersion: API_VERSION,
      kind: 'NodeState',
      metadata: { name: parts.node },
      status,
    };
    await applyObject(client, state, { manager: 'haos-agent', subresource: 'status' });
  }
}

type Secret = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };
