import { readFileSync } from 'node:fs';
import { liveHost } from '@haos/host';
import {
  type ApiClient,
  type Credentials,
  connectAgent,
  createObject,
  getObject,
  type KubernetesObject,
  NAMESPACE,
  type NodeState,
  nodeIdentity,
  RESOURCES,
  startOperator,
} from '@haos/operator/internal';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect } from './connect.js';
import { createNode, installOperator, operatorCredentials } from './fleet.js';

const LIMIT = { timeout: 120_000, interval: 500 };

let server: ApiServer;
let client: ApiClient;
const end = new AbortController();
let operator: ReturnType<typeof startOperator>;

beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
  await installOperator(server, client);
  for (const name of ['one', 'two']) await createNode(client, name);
  const options = { host: liveHost(), identity: 'operator', version: 'v1', write: () => {} };
  operator = startOperator({ ...options, credentials: operatorCredentials(server, client) }, end.signal);
  for (const name of ['one', 'two'])
    await vi.waitFor(() => expectThere(getObject(client, RESOURCES.secret, secretOf(name))), LIMIT);
}, 300_000);

afterAll(async () => {
  end.abort(new Error('the tests are over'));
  await operator?.done;
  await client?.close();
  await server?.stop();
});

const secretOf = (node: string) => ({ namespace: NAMESPACE, name: nodeIdentity(node) });

async function expectThere(object: Promise<unknown>): Promise<void> {
  expect(await object).toBeDefined();
}

/** Returns what the kubelet mounts into the pod of the agent on a node. */
async function podOf(node: string): Promise<Credentials> {
  const name = `haos-agent-${node}`;
  const spec = { serviceAccountName: 'haos-agent', nodeName: node, containers: [{ name: 'a', image: 'a' }] };
  const pod: KubernetesObject & { spec: object } = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: NAMESPACE, name },
    spec,
  };
  const { metadata } = await createObject(client, pod);
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/haos-agent/token`;
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid: metadata.uid };
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { boundObjectRef } };
  const { status } = await client.call<{ status: { token: string } }>({ method: 'POST', path, body });
  return { server: server.url, ca: readFileSync(server.authority, 'utf8'), token: () => status.token };
}

async function agentOf(node: string, credentials: Credentials, onError: (error: unknown) => void) {
  const { clock } = liveHost();
  return connectAgent({ credentials, node, version: 'v1', clock, signal: end.signal, onError });
}

const answer = (status: number) => expect.objectContaining({ details: expect.objectContaining({ status }) });

describe('the agent of a node', () => {
  let pod: Credentials;
  beforeAll(async () => {
    pod = await podOf('one');
  });

  it('reads what its node should have, and writes its NodeState', async () => {
    const agent = await agentOf('one', pod, () => {});

    await vi.waitFor(() => expect(agent.parts()).toMatchObject({ node: 'one', parts: [] }), LIMIT);
    await agent.publish({ agentVersion: 'v1', bootId: 'boot' });

    const state = await getObject<NodeState>(client, RESOURCES.nodeState, { name: 'one' });
    expect(state?.status).toMatchObject({ agentVersion: 'v1', bootId: 'boot' });
  });

  it('cannot become another node', async () => {
    const errors: unknown[] = [];
    const agent = await agentOf('two', pod, (error) => errors.push(error));

    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(0), LIMIT);
    expect(errors).toContainEqual(answer(403));
    expect(agent.parts()).toBeUndefined();
    await expect(agent.publish({ agentVersion: 'v1' })).rejects.toEqual(answer(403));
  });
});
