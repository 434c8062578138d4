import { liveHost } from '@haos/host';
import {
  API_VERSION,
  type ApiClient,
  createLogger,
  createMetrics,
  createObject,
  getObject,
  type KubernetesObject,
  listObjects,
  NAMESPACE,
  type Patch,
  RESOURCES,
  type Rollout,
  runTerm,
  type TermContext,
} from '@haos/operator/internal';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REBOOT } from '../../packages/operator/src/testing/fleet.js';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect, connectAs } from './connect.js';
import { createNode, installOperator, operatorCredentials, startAgents } from './fleet.js';

const LIMIT = { timeout: 180_000 };

/** `HAOS_EVERY_PATCH=1` kills after each patch, which takes minutes; else after every fourth. */
const STRIDE = process.env.HAOS_EVERY_PATCH ? 1 : 4;

let server: ApiServer;
let client: ApiClient;
const agents = new AbortController();
const lines: string[] = [];
beforeAll(async () => {
  server = await startApiServer({ controllers: true });
  client = await connect(server);
  await installOperator(server, client);
  startAgents(client, agents.signal);
});
afterAll(async () => {
  agents.abort();
  await client?.close();
  await server?.stop();
});

/** Runs an operator with its own account, one patch at a time, until the signal aborts. */
async function run(
  signal: AbortSignal,
  more: Pick<Partial<TermContext>, 'onAlive' | 'onPatch'>,
): Promise<void> {
  const own = await connectAs(operatorCredentials(server, client));
  const host = liveHost();
  const context = {
    client: own,
    host,
    logger: createLogger((line) => lines.push(line), host.clock.now),
    metrics: createMetrics(),
    reporter: { controller: 'haos.io/operator', instance: 'test' },
    isOwn: () => false,
    onAlive: () => {},
    pollSeconds: 0.5,
    idleSeconds: 0.5,
    concurrency: 1,
    ...more,
  };
  await runTerm(context, { signal, holds: () => !signal.aborted });
  await own.close();
}

/** Creates a node, a configuration that needs a reboot, and a Rollout that brings it there. */
async function createWorld(world: string): Promise<void> {
  await createNode(client, `${world}-a`, { world });
  const selector = { nodeSelector: { matchLabels: { world } } };
  const config = { haos: { sysctls: { [REBOOT]: '1' } } };
  const create = (kind: string, spec: object) =>
    createObject(client, {
      apiVersion: API_VERSION,
      kind,
      metadata: { name: world },
      spec,
    } as KubernetesObject);
  await create('NodeConfig', { ...selector, strategy: 'Rollout', config });
  await create('Rollout', { target: { config: world } });
}

async function isComplete(world: string): Promise<boolean> {
  const rollout = await getObject<Rollout>(client, RESOURCES.rollout, { name: world });
  return rollout?.status?.phase === 'Complete';
}

/** Returns all objects of a world, without what differs between any two worlds. */
async function describeWorld(world: string): Promise<string> {
  const kinds = Object.values(RESOURCES).filter(({ kind }) => !['Event', 'Lease', 'Pod'].includes(kind));
  const lists = await Promise.all(
    kinds.map(({ apiVersion, kind, plural, isNamespaced }) =>
      listObjects<KubernetesObject & { data?: Record<string, string> }>(
        client,
        { apiVersion, kind, plural, isNamespaced },
        isNamespaced ? { namespace: NAMESPACE } : {},
      ),
    ),
  );
  const objects = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => new RegExp(`\\b${world}(-|$)`).test(metadata.name))
    .map(({ metadata, ...object }) => {
      const {
        managedFields: _,
        resourceVersion: __,
        generation: ___,
        ...meta
      } = metadata as typeof metadata & {
        managedFields?: unknown;
      };
      const data = Object.entries(object.data ?? {}).map(([key, text]) => [
        key,
        Buffer.from(text, 'base64').toString(),
      ]);
      return { ...object, data: Object.fromEntries(data), metadata: meta };
    });
  const seen: string[] = [];
  return JSON.stringify(objects, null, 1)
    .replaceAll(new RegExp(`\\b${world}\\b`, 'g'), 'WORLD')
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, 'UID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[\da-f]{12,64}/g, (hash) => {
      if (!seen.includes(hash)) seen.push(hash);
      return `HASH${seen.indexOf(hash)}`;
    });
}

it('an operator that is killed after any patch ends with the same objects as one that is not', async () => {
  await createNode(client, 'other'); // a single node is not drained
  const whole = new AbortController();
  const patches: string[] = [];
  let quiet = 0;
  await createWorld('w0');
  const running = run(whole.signal, {
    onAlive: () => {
      quiet += 1;
    },
    onPatch(patch) {
      quiet = 0;
      patches.push(describePatch(patch));
    },
  });
  await expect.poll(async () => quiet > 5 && (await isComplete('w0')), LIMIT).toBe(true);
  whole.abort();
  await running;
  const wanted = await describeWorld('w0');
  expect(patches.filter((patch) => patch === 'cordon')).toHaveLength(2);

  for (let count = 1; count <= patches.length; count += STRIDE) {
    const world = `w${count}`;
    await createWorld(world);
    const first = new AbortController();
    let performed = 0;
    let idle = 0;
    await run(first.signal, {
      onAlive() {
        idle += 1;
        if (idle > 20) first.abort(new Error('it needed fewer patches'));
      },
      onPatch() {
        idle = 0;
        performed += 1;
        if (performed === count) first.abort(new Error('killed'));
      },
    });
    const second = new AbortController();
    const next = run(second.signal, {});
    const told = `killed after patch ${count}, like ${patches[count - 1]}`;
    await expect.poll(() => describeWorld(world), { ...LIMIT, interval: 500, message: told }).toBe(wanted);
    second.abort();
    await next;
  }
}, 1_200_000);

function describePatch(patch: Patch): string {
  return patch.kind === 'apply' ? `${patch.object.kind} ${patch.manager}` : patch.kind;
}
