import { liveHost } from '@haos/host';
import {
  API_VERSION,
  type ApiClient,
  createObject,
  deleteObject,
  getObject,
  type KubernetesObject,
  NAMESPACE,
  type NodeParts,
  type NodeState,
  nodeIdentity,
  RESOURCES,
  SECRET_KEYS,
  startCache,
  startOperator,
} from '@haos/operator/internal';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect } from './connect.js';
import { createNode, installOperator, operatorCredentials, startAgents } from './fleet.js';

const LIMIT = { timeout: 120_000, interval: 200 };

type Secret = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };

let server: ApiServer;
let client: ApiClient;
const end = new AbortController();
let operator: { done: Promise<void>; end: AbortController };

function start(): void {
  const own = new AbortController();
  const options = { host: liveHost(), identity: 'operator', version: 'v1', write: () => {} };
  const { done } = startOperator(
    { ...options, credentials: operatorCredentials(server, client) },
    own.signal,
  );
  operator = { done, end: own };
}

async function stop(): Promise<void> {
  operator?.end.abort(new Error('the test ends it'));
  await operator?.done;
}

beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
  await installOperator(server, client);
  await createNode(client, 'one');
  startAgents(client, end.signal);
  start();
  await create('NodeConfig', {
    strategy: 'Rollout',
    config: { haos: { sysctls: { 'vm.swappiness': '1' } } },
  });
  await create('Rollout', { target: { config: 'base' } });
  const parts = [{ name: 'base' }];
  await vi.waitFor(
    async () => expect(await stateOf()).toMatchObject({ status: { config: { parts } } }),
    LIMIT,
  );
}, 300_000);

afterAll(async () => {
  end.abort(new Error('the tests are over'));
  await stop();
  await client?.close();
  await server?.stop();
});

function create(kind: string, spec: object): Promise<KubernetesObject> {
  return createObject<KubernetesObject>(client, {
    apiVersion: API_VERSION,
    kind,
    metadata: { name: 'base' },
    ...{ spec },
  });
}

const stateOf = () => getObject<NodeState>(client, RESOURCES.nodeState, { name: 'one' });

/** Collects what the agent of the node reads from now on, and for which NodeState it is. */
function followParts(): (NodeParts & { readonly state: string | undefined })[] {
  const seen: ReturnType<typeof followParts> = [];
  const cache = startCache<Secret>(client, {
    resource: RESOURCES.secret,
    selection: { labelSelector: 'haos.io/node=one' },
    signal: end.signal,
    onError: () => {},
    onChange() {
      const [secret] = cache.list();
      const text = Buffer.from(secret?.data?.[SECRET_KEYS.parts] ?? '', 'base64').toString('utf8');
      const state = secret?.metadata.ownerReferences?.[0]?.uid;
      if (text !== '') seen.push({ ...(JSON.parse(text) as NodeParts), state });
    },
  });
  return seen;
}

const secretOf = () =>
  getObject<Secret>(client, RESOURCES.secret, { namespace: NAMESPACE, name: nodeIdentity('one') });

it.each([
  ['NodeState', RESOURCES.nodeState],
  ['Node', RESOURCES.node],
])('a node whose %s is deleted keeps what a Rollout gave it', async (kind, resource) => {
  const before = await getObject<KubernetesObject>(client, resource, { name: 'one' });
  const { metadata, status } = (await stateOf())!;
  const seen = followParts();

  // Without an operator that still knows it: the Secret goes with the NodeState.
  if (kind === 'NodeState') await stop();
  await deleteObject(client, before!);
  await expect.poll(stateOf, LIMIT).toBeUndefined();
  // As the garbage collector does, which does not run here.
  await deleteObject(client, (await secretOf())!);
  if (kind === 'NodeState') start();
  else await createNode(client, 'one');

  await expect.poll(async () => (await stateOf())?.metadata.uid, LIMIT).not.toBe(metadata.uid);
  await expect
    .poll(async () => seen.at(-1)?.state === (await stateOf())?.metadata.uid && seen.at(-1), LIMIT)
    .toMatchObject({ apply: true, confirmed: status?.config?.applied, parts: [{ name: 'base' }] });
  for (const { apply, parts } of seen) if (apply) expect(parts).toMatchObject([{ name: 'base' }]);
});
