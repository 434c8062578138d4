import { liveHost } from '@haos/host';
import {
  type ApiClient,
  createObject,
  deleteObject,
  type Lease,
  RESOURCES,
  readKubeconfig,
  replaceObject,
  startCache,
  statusOf,
} from '@haos/operator/internal';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect, connectAs, leaseOf } from './connect.js';
import { type Gate, openGate } from './gate.js';

const LIMIT = { timeout: 120_000 };
let unhandled: unknown[];
const collect = (error: unknown) => unhandled.push(error);

/** `cached` is how API servers run; without a watch cache, compaction ends a watch at once. */
describe.each([
  ['with a watch cache', []],
  ['without a watch cache', ['--watch-cache=false']],
])('a list-watch of an API server %s', (_name, args) => {
  let server: ApiServer;
  let client: ApiClient;
  let gate: Gate;
  let watching: ApiClient;
  let control: AbortController;
  let errors: unknown[];
  beforeAll(async () => {
    server = await startApiServer({ args });
    client = await connect(server);
    gate = await openGate(server.url);
    watching = await connectAs({ ...readKubeconfig(liveHost(), server.kubeconfig), server: gate.url });
  });
  afterAll(async () => {
    await watching?.close();
    await client?.close();
    await gate?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    control = new AbortController();
    errors = [];
    unhandled = [];
    process.on('unhandledRejection', collect);
  });
  afterEach(() => {
    control.abort();
    process.off('unhandledRejection', collect);
    expect(unhandled).toEqual([]);
  });

  async function follow(namespace: string, more: object = {}) {
    const name = namespace;
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await client.call({ method: 'POST', path: '/api/v1/namespaces', body });
    const cache = startCache<Lease>(watching, {
      resource: RESOURCES.lease,
      selection: { namespace },
      signal: control.signal,
      onError: (error) => errors.push(error),
      ...more,
    });
    await cache.synced;
    return cache;
  }
  const holders = (cache: { list(): readonly Lease[] }) =>
    Object.fromEntries(cache.list().map(({ metadata, spec }) => [metadata.name, spec.holderIdentity]));

  it('follows what is created, changed and deleted', async () => {
    const cache = await follow('follow');
    const first = await createObject(client, leaseOf('first', 'a', 'follow'));
    await createObject(client, leaseOf('second', 'a', 'follow'));
    await expect.poll(() => holders(cache), LIMIT).toEqual({ first: 'a', second: 'a' });
    await replaceObject(client, { ...first, spec: { holderIdentity: 'b' } });
    await expect.poll(() => holders(cache), LIMIT).toEqual({ first: 'b', second: 'a' });
    await deleteObject(client, first);
    await expect.poll(() => holders(cache), LIMIT).toEqual({ second: 'a' });
    expect(cache.list()[0]?.metadata).not.toHaveProperty('managedFields');
    expect(errors).toEqual([]);
  });

  it('goes on after each watch that the API server ends', async () => {
    const cache = await follow('short', { watchSeconds: [1, 2] });
    for (const name of ['a', 'b', 'c', 'd']) {
      await createObject(client, leaseOf(name, 'x', 'short'));
      await expect.poll(() => Object.keys(holders(cache)), LIMIT).toContain(name);
    }
  });

  it('survives an API server that is killed, and knows what changed', async () => {
    const cache = await follow('killed');
    const gone = await createObject(client, leaseOf('gone', 'a', 'killed'));
    await expect.poll(() => holders(cache), LIMIT).toEqual({ gone: 'a' });

    await server.kill();
    await expect.poll(() => errors.length, LIMIT).toBeGreaterThan(0);
    await server.start();
    await deleteObject(client, gone);
    await createObject(client, leaseOf('new', 'a', 'killed'));

    await expect.poll(() => holders(cache), LIMIT).toEqual({ new: 'a' });
  });

  it('lists again when its version is compacted away (410)', async () => {
    const cache = await follow('compacted');
    const gone = await createObject(client, leaseOf('gone', 'a', 'compacted'));
    await expect.poll(() => holders(cache), LIMIT).toEqual({ gone: 'a' });

    gate.close();
    await deleteObject(client, gone);
    for (let count = 0; count < 20; count += 1)
      await createObject(client, leaseOf(`n${count}`, '', 'compacted'));
    await server.kill(); // what it remembers of the past
    await server.start();
    await server.compact();
    gate.open();

    await expect.poll(() => Object.keys(holders(cache)), LIMIT).toHaveLength(20);
    expect(errors.map(statusOf)).toContain(410);
  });

  // A cache of the API server makes no difference to a connection.
  if (args.length === 0) {
    it('notices a connection that died silently', async () => {
      const cache = await follow('silent', { idleTimeout: 2000 });
      await createObject(client, leaseOf('first', 'a', 'silent'));
      await expect.poll(() => holders(cache), LIMIT).toEqual({ first: 'a' });

      gate.freeze();
      await createObject(client, leaseOf('second', 'a', 'silent'));

      await expect.poll(() => holders(cache), LIMIT).toEqual({ first: 'a', second: 'a' });
      expect(errors).toContainEqual(expect.objectContaining({ code: 'HAOS_HTTP_TIMEOUT' }));
    });
  }

  it('goes on when a callback fails', async () => {
    const onChange = () => {
      throw new Error('a mistake');
    };
    const cache = await follow('careless', { onChange });
    await createObject(client, leaseOf('first', 'a', 'careless'));
    await createObject(client, leaseOf('second', 'a', 'careless'));

    await expect.poll(() => holders(cache), LIMIT).toEqual({ first: 'a', second: 'a' });
    expect(errors).toContainEqual(new Error('a mistake'));
  });

  it('ends when it should', async () => {
    const cache = await follow('ended');
    control.abort();
    await cache.done;
  });
});
