import { type Host, liveHost } from '@haos/host';
import {
  API_VERSION,
  type ApiClient,
  createObject,
  getObject,
  type KubernetesObject,
  listObjects,
  NAMESPACE,
  type NodeParts,
  type NodeState,
  nodeIdentity,
  type Operator,
  RESOURCES,
  type Rollout,
  startCache,
  startOperator,
} from '@haos/operator/internal';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POISON } from '../../packages/operator/src/testing/fleet.js';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect } from './connect.js';
import { createNode, installOperator, operatorCredentials, setReady, startAgents } from './fleet.js';
import { openGate } from './gate.js';

const LIMIT = { timeout: 180_000, interval: 500 };

let server: ApiServer;
let client: ApiClient;
const agents = new AbortController();
beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
  await installOperator(server, client);
  const isVanished = ({ node, apply, parts }: NodeParts) => node === 'gone-1' && apply && parts.length > 0;
  startAgents(client, agents.signal, isVanished);
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
function start(identity: string, skew = 0, url = server.url): Operator {
  const end = new AbortController();
  const live = liveHost();
  const host: Host = { ...live, clock: { ...live.clock, now: () => live.clock.now() + skew } };
  const options = { host, identity, version: 'v1', write: () => {}, pollSeconds: 0.5, leaseSeconds: 6 };
  const operator = startOperator(
    { ...options, credentials: { ...operatorCredentials(server, client), server: url } },
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

  it('gives up on a node that vanishes in the middle of its wave, by its time-out', async () => {
    const rollout = { stepTimeoutSeconds: 60, onFailure: 'Stop' };
    await createWorld('gone', 3, 'vm.swappiness', rollout);
    start('gone');
    await expect.poll(() => stepsOf('gone'), LIMIT).toEqual(['Done', 'Apply', 'Pending']);

    await setReady(client, 'gone-1', false);

    await expect.poll(() => phaseOf('gone'), LIMIT).toBe('Failed');
    expect(await stepsOf('gone')).toEqual(['Done', 'Failed', 'Pending']);
    const { conditions = [] } = (await rolloutOf('gone'))?.status ?? {};
    expect(conditions.find(({ type }) => type === 'Blocked')).toMatchObject({
      reason: 'NodeFailed',
      message: expect.stringContaining('gone-1: it took too long'),
    });
  });

  it('goes on with a rollout when the API server was killed in the middle, and changes each node once', async () => {
    const changes = followChanges('killed');
    await createWorld('killed', 4, 'vm.swappiness');
    start('killed');
    await expect.poll(() => changes.get('killed-1')?.size, { ...LIMIT, interval: 20 }).toBe(1);

    await server.kill();
    await server.start();

    await expect.poll(() => phaseOf('killed'), LIMIT).toBe('Complete');
    expect(await stepsOf('killed')).toEqual(Array(4).fill('Done'));
    // The test sees nothing while the server is away: it may miss a node, but no second change.
    expect([...changes.values()].filter(({ size }) => size !== 1)).toEqual([]);
    expect(changes.get('killed-1')?.size).toBe(1);
  });

  it('that loses the API server in the middle of a rollout leaves it to another: each node changes once', async () => {
    const gate = await openGate(server.url);
    const changes = followChanges('shared');
    const first = start('shared-a', 0, gate.url);
    await expect.poll(async () => (await first.metrics.read()).body, LIMIT).toContain(LEADS);
    const second = start('shared-b');
    await createWorld('shared', 4, 'vm.swappiness');
    await expect.poll(() => changes.get('shared-1')?.size, { ...LIMIT, interval: 20 }).toBe(1);
    expect((await second.metrics.read()).body).not.toContain(LEADS);

    gate.close();

    await expect.poll(() => phaseOf('shared'), LIMIT).toBe('Complete');
    expect((await second.metrics.read()).body).toContain(LEADS);
    expect((await first.metrics.read()).body).not.toContain(LEADS);
    expect(await stepsOf('shared')).toEqual(Array(4).fill('Done'));
    expect([...changes.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    await gate.stop();
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

const LEADS = '\nhaos_operator_leader 1\n';

/** Collects, by the node, the times at which its change began. */
function followChanges(world: string): ReadonlyMap<string, ReadonlySet<string>> {
  const seen = new Map<string, Set<string>>();
  const states = startCache<NodeState>(client, {
    resource: RESOURCES.nodeState,
    signal: agents.signal,
    onError: () => {},
    onChange() {
      for (const { metadata } of states.list()) {
        if (!metadata.name.startsWith(`${world}-`)) continue;
        const step = JSON.parse(metadata.annotations?.['haos.io/rollout-step'] ?? '{}');
        if (step.step !== 'Apply') continue;
        seen.set(metadata.name, (seen.get(metadata.name) ?? new Set()).add(step.since));
      }
    },
  });
  return seen;
}

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
