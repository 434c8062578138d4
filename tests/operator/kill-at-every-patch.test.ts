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
} from '@haos/operator/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REBOOT } from '../../packages/operator/src/testing/fleet.js';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect, connectAs } from './connect.js';
import { createNode, installOperator, operatorCredentials, startAgents } from './fleet.js';

const LIMIT = { timeout: 180_000 };

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

/** Runs an operator until `isEnough` says so after a patch, or the signal aborts. */
async function run(isEnough: (patch: Patch) => boolean, signal: AbortSignal): Promise<void> {
  const own = await connectAs(operatorCredentials(server, client));
  const end = new AbortController();
  const term = AbortSignal.any([signal, end.signal]);
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
    concurrency: 1,
    onPatch: (patch: Patch) => {
      if (isEnough(patch)) end.abort(new Error('killed'));
    },
  };
  await runTerm(context, { signal: term, holds: () => !term.aborted });
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
  // The plan that a Rollout saw last depends on when the agent reported.
  return JSON.stringify(objects, null, 1)
    .replaceAll(/ +"planHash": .*\n/g, '')
    .replaceAll(new RegExp(`\\b${world}\\b`, 'g'), 'WORLD')
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, 'UID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[\da-f]{12,64}/g, (hash) => {
      if (!seen.includes(hash)) seen.push(hash);
      return `HASH${seen.indexOf(hash)}`;
    });
}

describe('an operator that is killed after any patch', () => {
  it('ends with the same objects as one that is not', async () => {
    const whole = new AbortController();
    const patches: string[] = [];
    await createWorld('w0');
    const running = run((patch) => {
      patches.push(patch.kind === 'apply' ? `${patch.object.kind} ${patch.manager}` : patch.kind);
      return false;
    }, whole.signal);
    await expect.poll(() => isComplete('w0'), LIMIT).toBe(true);
    whole.abort();
    await running;
    const wanted = await describeWorld('w0');
    expect(wanted).toContain('"phase": "Complete"');
    expect(patches.length).toBeGreaterThan(15);
    (await import('node:fs')).writeFileSync('/tmp/run/op-kill.progress', patches.join('\n') + '\n');

    for (let count = 1; count <= patches.length; count += 1) {
      const world = `w${count}`;
      (await import('node:fs')).appendFileSync(
        '/tmp/run/op-kill.progress',
        `${new Date().toISOString()} ${world} of ${patches.length} ${patches[count - 1]}\n`,
      );
      await createWorld(world);
      let performed = 0;
      const first = new AbortController();
      const second = new AbortController();
      const done = expect.poll(() => isComplete(world), LIMIT).toBe(true);
      await Promise.race([run(() => ++performed === count, first.signal), done]);
      first.abort();
      const next = run(() => false, second.signal);
      await done;
      second.abort();
      await next;
      expect(await describeWorld(world), `killed after patch ${count}, ${patches[count - 1]}`).toBe(wanted);
    }
  }, 1_200_000);
});
