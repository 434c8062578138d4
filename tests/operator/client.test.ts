import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveHost } from '@haos/host';
import {
  type ApiClient,
  applyObject,
  type Budget,
  createObject,
  createTokenSource,
  deleteObject,
  drainNode,
  getObject,
  type KubernetesObject,
  type Lease,
  listObjects,
  podCredentials,
  previewDrain,
  RESOURCES,
  readDrain,
  recordEvent,
  replaceObject,
  setCordon,
} from '@haos/operator/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect, connectAs, forEach, leaseOf } from './connect.js';

const NAMESPACE = 'default';
const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: NAMESPACE, name: 'a' } };

let server: ApiServer;
let client: ApiClient;
beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
  await createObject(client, ACCOUNT);
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
});

const readLease = (name: string) => getObject<Lease>(client, RESOURCES.lease, { namespace: NAMESPACE, name });
const place = () => ({ server: server.url, ca: readFileSync(server.authority, 'utf8') });
const answer = (status: number) => expect.objectContaining({ details: expect.objectContaining({ status }) });

describe('objects', () => {
  it('are listed in pages, all of them once, with their kind', async () => {
    const names = Array.from({ length: 1234 }, (_, index) => `page-${index}`);
    await forEach(names, (name) =>
      createObject(client, {
        ...leaseOf(name),
        metadata: { namespace: NAMESPACE, name, labels: { page: 'yes' } },
      }),
    );
    const pages: number[] = [];

    const { items } = await listObjects(
      client,
      RESOURCES.lease,
      { namespace: NAMESPACE, labelSelector: 'page=yes' },
      undefined,
      (page) => pages.push(page.length),
    );

    expect(pages).toEqual([500, 500, 234]);
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(names.sort());
    expect(items[0]).toMatchObject({ kind: 'Lease', apiVersion: 'coordination.k8s.io/v1' });
    const selection = { namespace: NAMESPACE, fieldSelector: 'metadata.name=page-7' };
    expect((await listObjects(client, RESOURCES.lease, selection)).items).toHaveLength(1);
  });

  it('that are missing are undefined, and deleting them twice is no error', async () => {
    expect(await readLease('missing')).toBeUndefined();
    const lease = await createObject(client, leaseOf('short'));

    await deleteObject(client, lease);
    await deleteObject(client, lease);

    expect(await readLease('short')).toBeUndefined();
  });

  it('are deleted only if they are the same', async () => {
    const first = await createObject(client, leaseOf('again'));
    await deleteObject(client, first);
    await createObject(client, leaseOf('again', 'second'));

    await deleteObject(client, first);

    expect(await readLease('again')).toMatchObject({ spec: { holderIdentity: 'second' } });
  });

  it('that changed in the meantime are not replaced', async () => {
    const old = await createObject(client, leaseOf('contested', 'a'));
    await replaceObject(client, { ...old, spec: { holderIdentity: 'b' } });

    await expect(replaceObject(client, { ...old, spec: { holderIdentity: 'c' } })).rejects.toEqual(
      answer(409),
    );
    expect(await readLease('contested')).toMatchObject({ spec: { holderIdentity: 'b' } });
  });
});

describe('server-side apply', () => {
  it('creates, changes nothing the second time, and owns its fields', async () => {
    const lease = leaseOf('applied', 'a');
    const first = await applyObject(client, lease, { manager: 'one' });
    const second = await applyObject(client, lease, { manager: 'one' });

    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    await expect(
      applyObject(client, leaseOf('applied', 'b'), { manager: 'two', force: false }),
    ).rejects.toEqual(answer(409));
    await applyObject(client, leaseOf('applied', 'b'), { manager: 'two' });
    expect(await readLease('applied')).toMatchObject({ spec: { holderIdentity: 'b' } });
  });

  it('never creates an object with a uid', async () => {
    const gone = await createObject(client, leaseOf('gone'));
    await deleteObject(client, gone);
    const { uid } = gone.metadata;
    const lease = { ...leaseOf('gone', 'a'), metadata: { namespace: NAMESPACE, name: 'gone', uid } };

    await expect(applyObject(client, lease, { manager: 'one' })).rejects.toEqual(answer(409));
    expect(await readLease('gone')).toBeUndefined();
  });

  it('changes a status', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'status' } };
    await createObject(client, node);
    const conditions = [{ type: 'Ready', status: 'True' }];

    await applyObject(client, { ...node, status: { conditions } }, { manager: 'one', subresource: 'status' });

    const read = await getObject(client, RESOURCES.node, { name: 'status' });
    expect(read).toMatchObject({ status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  });
});

describe('a cordon', () => {
  const spec = {
    providerID: 'k3s://cordoned',
    taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }],
  };
  type Node = KubernetesObject & { readonly spec: object };
  const read = async () => (await getObject<Node>(client, RESOURCES.node, { name: 'cordoned' }))!;
  const cordon = (rollout?: string, resourceVersion?: string) =>
    setCordon(client, {
      ...{ kind: 'cordon', node: 'cordoned' },
      ...(rollout !== undefined && { rollout }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    });

  it('changes nothing else of a Node of which no manager owns a field, taints included', async () => {
    const path = '/api/v1/nodes/cordoned';
    await createObject(client, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'cordoned' },
      ...{ spec },
    });
    const body = { metadata: { managedFields: [{}] } };
    await client.call({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });

    const before = await read(); // the API server adds a taint

    await cordon('base');
    expect(await read()).toMatchObject({
      metadata: { annotations: { 'haos.io/cordoned-by': 'base' } },
      spec: { ...before.spec, unschedulable: true },
    });
    await cordon();

    const { metadata, spec: left } = await read();
    expect(left).toEqual(before.spec);
    expect(left).toMatchObject({ taints: expect.arrayContaining(spec.taints) });
    expect(metadata.annotations ?? {}).not.toHaveProperty(['haos.io/cordoned-by']);
  });

  it('does not become that of the operator when a person was faster', async () => {
    const seen = await read();
    await client.call({
      method: 'PATCH',
      path: '/api/v1/nodes/cordoned',
      contentType: 'application/merge-patch+json',
      body: { spec: { unschedulable: true } },
    });

    await expect(cordon('base', seen.metadata.resourceVersion)).rejects.toEqual(answer(409));
    expect((await read()).metadata.annotations ?? {}).not.toHaveProperty(['haos.io/cordoned-by']);
  });
});

describe('a drain', () => {
  const pod = (name: string, owner?: string, more: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: NAMESPACE,
      name,
      labels: { app: name },
      ...(owner && {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'o', controller: true }],
      }),
    },
    spec: { nodeName: 'worker', containers: [{ name: 'a', image: 'a' }], ...more },
  });
  const budget = (allowed: number) =>
    client.call({
      method: 'PATCH',
      path: `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets/held/status`,
      contentType: 'application/merge-patch+json',
      body: {
        status: {
          observedGeneration: 1,
          disruptionsAllowed: allowed,
          currentHealthy: 1,
          desiredHealthy: 1 - allowed,
          expectedPods: 1,
          conditions: [],
        },
      },
    });
  const isOwn = ({ metadata }: { metadata: { name: string } }) => metadata.name === 'own';

  it('evicts what a controller replaces, waits for budgets, and leaves the rest', async () => {
    await createObject(client, { ...ACCOUNT, metadata: { namespace: NAMESPACE, name: 'default' } });
    const pods = [
      pod('free', 'ReplicaSet'),
      pod('held', 'ReplicaSet'),
      pod('own', 'ReplicaSet'),
      pod('agent', 'DaemonSet'),
      pod('alone'),
    ];
    for (const item of pods) {
      await createObject(client, item);
      const conditions = [{ type: 'Ready', status: 'True' }]; // a budget counts only running pods
      const status = { ...item, spec: {}, status: { phase: 'Running', conditions } };
      await applyObject(client, status, { manager: 'kubelet', subresource: 'status' });
    }
    await client.call({
      method: 'POST',
      path: `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`,
      body: {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'held' },
        spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'held' } } },
      },
    });
    await budget(0);
    expect(await readDrain(client, 'worker', { isOwn })).toEqual({ remaining: 2 });
    // What `kubectl haos plan` would show is what then happens.
    expect(previewDrain(await listPods(), await listBudgets())).toMatchObject([
      { pod: 'default/free', budgets: [], blocked: null },
      { pod: 'default/held', budgets: ['held'], blocked: expect.stringContaining('no disruption') },
      { pod: 'default/own', blocked: null },
    ]);

    const first = await drainNode(client, 'worker', { isOwn });

    expect(first.blocked).toEqual({ pod: 'default/held', message: expect.stringContaining('budget held') });
    expect(first.remaining).toBe(2); // until the kubelet has stopped it
    await stopLeaving();
    expect(await readDrain(client, 'worker', { isOwn })).toEqual({ remaining: 1 });
    await budget(1);
    await drainNode(client, 'worker', { isOwn });
    await stopLeaving();
    expect(await readDrain(client, 'worker', { isOwn })).toEqual({ remaining: 0 });
    expect((await listPods()).map(({ metadata }) => metadata.name).sort()).toEqual(['agent', 'alone', 'own']);
  });

  /** Does what the kubelet does with evicted pods. */
  async function stopLeaving() {
    for (const { metadata } of await listPods()) {
      const path = `/api/v1/namespaces/${NAMESPACE}/pods/${metadata.name}`;
      if (metadata.deletionTimestamp)
        await client.call({ method: 'DELETE', path, body: { gracePeriodSeconds: 0 } });
    }
  }

  async function listBudgets() {
    const path = `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`;
    return (await client.call<{ items: Budget[] }>({ method: 'GET', path })).items;
  }

  async function listPods() {
    return (await listObjects(client, RESOURCES.pod, { fieldSelector: 'spec.nodeName=worker' })).items;
  }
});

describe('identities', () => {
  it('of service accounts get a token, and with it no more than their rights', async () => {
    const token = createTokenSource(client, { namespace: NAMESPACE, serviceAccount: 'a', seconds: 600 });
    expect(await token()).toBe(await token());
    const account = await connectAs({ ...place(), token });

    await expect(listObjects(account, RESOURCES.secret, { namespace: NAMESPACE })).rejects.toEqual(
      answer(403),
    );
    await account.close();
  });

  it('of a pod come from its files', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'haos-account-'));
    writeFileSync(join(directory, 'token'), `${server.token}\n`);
    writeFileSync(join(directory, 'ca.crt'), readFileSync(server.authority));
    const { hostname, port } = new URL(server.url);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const pod = await connectAs(podCredentials(liveHost(), env, directory));

    expect((await listObjects(pod, RESOURCES.lease, { namespace: 'kube-system' })).items).toBeDefined();
    await pod.close();
    rmSync(directory, { recursive: true });
    expect(() => podCredentials(liveHost(), {})).toThrow(
      expect.objectContaining({ code: 'HAOS_API_CREDENTIALS' }),
    );
  });

  it('that the API server does not know are refused', async () => {
    const stranger = await connectAs({ ...place(), token: () => 'no' });

    await expect(listObjects(stranger, RESOURCES.node)).rejects.toEqual(answer(401));
    await stranger.close();
  });
});

it('a busy API server is asked again later', async () => {
  const flow = (kind: string, plural: string, spec: object) =>
    client.call({
      method: 'POST',
      path: `/apis/flowcontrol.apiserver.k8s.io/v1/${plural}`,
      body: { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind, metadata: { name: 'narrow' }, spec },
    });
  const limitResponse = { type: 'Reject' };
  const limited = {
    nominalConcurrencyShares: 0,
    lendablePercent: 0,
    borrowingLimitPercent: 0,
    limitResponse,
  };
  const everything = {
    verbs: ['*'],
    apiGroups: ['*'],
    resources: ['*'],
    namespaces: ['*'],
    clusterScope: true,
  };
  const subject = { kind: 'ServiceAccount', serviceAccount: { name: 'a', namespace: NAMESPACE } };
  await flow('PriorityLevelConfiguration', 'prioritylevelconfigurations', { type: 'Limited', limited });
  await flow('FlowSchema', 'flowschemas', {
    priorityLevelConfiguration: { name: 'narrow' },
    matchingPrecedence: 2,
    rules: [{ subjects: [subject], resourceRules: [everything] }],
  });
  const token = createTokenSource(client, { namespace: NAMESPACE, serviceAccount: 'a' });
  const statuses: number[] = [];
  const account = await connectAs({ ...place(), token }, { onAnswer: (_, status) => statuses.push(status) });
  const ask = () => listObjects(account, RESOURCES.node).catch((error: unknown) => error);

  // The API server serves one request at a time, a moment after the schema exists.
  while (!statuses.includes(429)) {
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    expect(answers).toEqual(answers.map(() => answer(403))); // served in the end, and without rights
  }
  await account.close();
});

it('an Event is recorded about an object without a namespace', async () => {
  const node: KubernetesObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'eventful' } };
  const regarding = await createObject(client, node);

  await recordEvent(
    client,
    { regarding, type: 'Warning', reason: 'Blocked', message: 'x'.repeat(2000) },
    { controller: 'haos.io/operator', instance: 'a' },
  );

  const { items } = await listObjects(client, RESOURCES.event, { namespace: 'default' });
  expect(items.filter(({ metadata }) => metadata.name.startsWith('eventful'))).toMatchObject([
    { reason: 'Blocked', note: expect.stringMatching(/^x{1024}$/) },
  ]);
});
