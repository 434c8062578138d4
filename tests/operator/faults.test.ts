import { type Host, liveHost } from '@haos/host';
import {
  API_VERSION,
  type ApiClient,
  createObject,
  getObject,
  type KubernetesObject,
  listObjects,
  NAMESPACE,
  type NodeState,
  nodeIdentity,
  type Operator,
  RESOURCES,
  type Rollout,
  startOperator,
} from '@haos/operator/internal';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POISON } from '../../packages/operator/src/testing/fleet.js';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect } from './connect.js';
import { createNode, installOperator, operatorCredentials, startAgents } from './fleet.js';

const LIMIT = { timeout: 180_000, interval: 500 };

let server: ApiServer;
let client: ApiClient;
const agents = new AbortController();
beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
  await installOperator(server, client);
  startAgents(client, agents.signal);
}, 300_000);
afterAll(async () => {
  agents.abort();
  await client?.close();
  await server?.stop();
});

const running: { operator: Operator; end: AbortController }[] = [];
afterEach(async () => {
  for (const { end } of running) end.abort(new Error('the test is over'));
  await Promise.all(running.splice(0).map(({ operator }) => operator.done));
});

/** Starts an operator whose clock is this many milliseconds fast. */
function start(identity: string, skew = 0): Operator {
  const end = new AbortController();
  const live = liveHost();
  const host: Host = { ...live, clock: { ...live.clock, now: () => live.clock.now() + skew } };
  const options = { host, identity, version: 'v1', write: () => {}, pollSeconds: 0.5, leaseSeconds: 6 };
  const operator = startOperator(
    { ...options, credentials: operatorCredentials(server, client) },
    end.signal,
  );
  running.push({ operator, end });
  return operator;
}

const create = (kind: string, name: string, spec: object) =>
  createObject<KubernetesObject>(client, { apiVersion: API_VERSION, kind, metadata: { name }, ...{ spec } });

/** Creates nodes, a configuration of them, and a Rollout. */
async function createWorld(world: string, count: number, sysctl: string, rollout: object = {}) {
  const names = Array.from({ length: count }, (_, index) => `${world}-${index}`);
  for (const name of names) await createNode(client, name, { world });
  const nodeSelector = { matchLabels: { world } };
  const config = { haos: { sysctls: { [sysctl]: '1' } } };
  await create('NodeConfig', world, { strategy: 'Rollout', nodeSelector, config });
  await create('Rollout', world, { target: { config: world }, ...rollout });
  return names;
}

const rolloutOf = (name: string) => getObject<Rollout>(client, RESOURCES.rollout, { name });
const phaseOf = async (name: string) => (await rolloutOf(name))?.status?.phase;

async function stepsOf(world: string): Promise<string[]> {
  const { items } = await listObjects<NodeState>(client, RESOURCES.nodeState);
  return items
    .filter(({ metadata }) => metadata.name.startsWith(`${world}-`))
    .map(({ metadata }) => JSON.parse(metadata.annotations?.['haos.io/rollout-step'] ?? '{}').step);
}

describe('a running operator', () => {
  it.each([
    ['an hour fast', 'fast', 3_600_000],
    ['a year slow', 'slow', -31_536_000_000],
  ])('rolls out with a clock that is %s', async (_, world, skew) => {
    await createWorld(world, 2, 'vm.swappiness', { gate: { bakeSeconds: 1 }, waves: [{ count: 1 }] });
    start(world, skew);

    await expect.poll(() => phaseOf(world), LIMIT).toBe('Complete');
    expect(await stepsOf(world)).toEqual(['Done', 'Done']);
  });

  it('stops a configuration that breaks nodes after the first wave', async () => {
    const names = await createWorld('poison', 5, POISON, { waves: [{ count: 1 }, { percent: 40 }] });
    start('poison');

    await expect.poll(() => phaseOf('poison'), LIMIT).toBe('Failed');
    expect(await stepsOf('poison')).toEqual(['RolledBack', ...Array(4).fill('Pending')]);
    for (const released of await Promise.all(names.map(releasedTo)))
      expect(JSON.parse(released).parts).toEqual([]);
  });

  it('says which NodeConfigs contradict each other, and keeps what nodes have', async () => {
    await createNode(client, 'torn', { world: 'torn' });
    const nodeSelector = { matchLabels: { world: 'torn' } };
    const config = (value: string) => ({ haos: { sysctls: { 'vm.swappiness': value } } });
    await create('NodeConfig', 'torn-a', { nodeSelector, config: config('1') });
    start('torn');
    await expect.poll(() => releasedTo('torn'), LIMIT).toContain('torn-a');
    const before = await releasedTo('torn');

    await create('NodeConfig', 'torn-b', { nodeSelector, config: config('2') });

    for (const [name, other] of [
      ['torn-a', 'torn-b'],
      ['torn-b', 'torn-a'],
    ] as const)
      await expect.poll(() => conflictOf(name), LIMIT).toMatch(new RegExp(`${other}.*haos\\.sysctls`));
    expect(await releasedTo('torn')).toBe(before);
  });

  it('goes on when an API server that refused everything (429) has time again', async () => {
    const flows = [
      flow('PriorityLevelConfiguration', { type: 'Limited', limited: REFUSED }),
      flow('FlowSchema', {
        priorityLevelConfiguration: { name: 'refuse' },
        matchingPrecedence: 2,
        rules: [{ subjects: [OPERATOR], resourceRules: [EVERYTHING] }],
      }),
    ];
    const { metrics } = start('busy');
    await expect.poll(async () => (await metrics.read()).body, LIMIT).toContain('haos_operator_leader 1');
    for (const { path, body } of flows) await client.call({ method: 'POST', path, body });
    await createWorld('busy', 2, 'vm.swappiness');
    await expect.poll(async () => (await metrics.read()).body, LIMIT).toContain('status="429"');
    expect(await phaseOf('busy')).toBeUndefined();

    for (const { path, name } of flows.toReversed())
      await client.call({ method: 'DELETE', path: `${path}/${name}` });

    await expect.poll(() => phaseOf('busy'), LIMIT).toBe('Complete');
    expect(await stepsOf('busy')).toEqual(['Done', 'Done']);
  });
});

/** Returns what a node may have, as the operator remembers it. */
async function releasedTo(node: string): Promise<string> {
  const name = nodeIdentity(node);
  type Secret = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };
  const secret = await getObject<Secret>(client, RESOURCES.secret, { namespace: NAMESPACE, name });
  return Buffer.from(secret?.data?.['released.json'] ?? '', 'base64').toString('utf8');
}

async function conflictOf(name: string): Promise<string | undefined> {
  type Config = KubernetesObject & {
    readonly status?: { readonly conditions?: readonly { type: string; status: string; message: string }[] };
  };
  const config = await getObject<Config>(client, RESOURCES.nodeConfig, { name });
  return config?.status?.conditions?.find(({ type, status }) => type === 'Conflict' && status === 'True')
    ?.message;
}

const REFUSED = {
  ...{ nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0 },
  limitResponse: { type: 'Reject' },
};
const EVERYTHING = {
  ...{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] },
  clusterScope: true,
};
const OPERATOR = {
  kind: 'ServiceAccount',
  serviceAccount: { name: 'haos-operator', namespace: NAMESPACE },
};

function flow(kind: string, spec: object) {
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
  const name = 'refuse';
  const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
  return { path, name, body: { apiVersion, kind, metadata: { name }, spec } };
}
