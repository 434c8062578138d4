import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reconcile, type Snapshot } from '@haos/operator';
import {
  API_VERSION,
  type ApiClient,
  applyObject,
  createObject,
  type KubernetesObject,
  listObjects,
  NAMESPACE,
  RESOURCES,
} from '@haos/operator/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect, connectAs } from './connect.js';
import { createNode, installOperator, operatorCredentials } from './fleet.js';

const ROOT = new URL('../..', import.meta.url).pathname;

let server: ApiServer;
let client: ApiClient;
beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
  await installOperator(server, client);
  for (const name of ['n1', 'n2']) await createNode(client, name);
  // Twice: the second time the NodeStates are there.
  for (const _ of [1, 2]) await runOperator();
}, 300_000);
afterAll(async () => {
  await client?.close();
  await server?.stop();
});

/** Performs what the operator decides, with the operator's own account. */
async function runOperator(): Promise<void> {
  const own = await connectAs(operatorCredentials(server, client));
  const list = async (resource: (typeof RESOURCES)[keyof typeof RESOURCES], namespace?: string) =>
    (await listObjects(client, resource, namespace === undefined ? {} : { namespace })).items;
  const snapshot: Snapshot = {
    nodes: (await list(RESOURCES.node)) as unknown as Snapshot['nodes'],
    nodeStates: (await list(RESOURCES.nodeState)) as unknown as Snapshot['nodeStates'],
    ...{ nodeConfigs: [], rollouts: [], secrets: [], identities: [] },
    ...{ drains: new Map(), probes: new Map(), isUninstalling: false },
  };
  for (const patch of reconcile(snapshot, new Date()))
    if (patch.kind === 'apply') await applyObject(own, patch.object, { manager: patch.manager });
  await own.close();
}

/** Runs kubectl, as an administrator or with a token. */
function kubectl(args: readonly string[], token?: string, input?: string) {
  const credentials =
    token === undefined
      ? [`--kubeconfig=${server.kubeconfig}`]
      : [
          '--kubeconfig=/dev/null',
          `--server=${server.url}`,
          `--certificate-authority=${server.authority}`,
          `--token=${token}`,
        ];
  const { status, stdout, stderr } = spawnSync(server.program, ['kubectl', ...args, ...credentials], {
    encoding: 'utf8',
    ...(input !== undefined && { input }),
  });
  return { status, stdout: stdout.trim(), stderr };
}

function tokenOf(account: string, more: readonly string[] = [], token?: string) {
  return kubectl(['create', 'token', account, `--namespace=${NAMESPACE}`, ...more], token);
}

describe('a node', () => {
  const secret = (node: string) => ['get', 'secret', `haos-node-${node}`, `--namespace=${NAMESPACE}`];
  const report = async (node: string, token: string) => {
    const own = await connectAs({
      server: server.url,
      ca: readFileSync(server.authority, 'utf8'),
      token: async () => token,
    });
    const metadata = { name: node };
    const state = { apiVersion: API_VERSION, kind: 'NodeState', metadata, status: { kernel: '6.12' } };
    await applyObject(own, state, { manager: 'haos-agent', subresource: 'status' }).finally(own.close);
  };

  it('reads its own Secret, and writes the status of its own NodeState, of no other', async () => {
    const { stdout: token } = tokenOf('haos-node-n1');

    expect(kubectl(secret('n1'), token)).toMatchObject({ status: 0 });
    await report('n1', token);
    await expect(report('n2', token)).rejects.toThrow(/only write the status of its own NodeState/);
  });

  it.each([
    ['read the Secret of another node', secret('n2')],
    ['list Secrets', ['get', 'secrets', `--namespace=${NAMESPACE}`]],
    ['write its own spec or labels', ['label', 'nodestate', 'n1', 'a=b']],
    ['read NodeConfigs', ['get', 'nodeconfigs']],
    ['read Nodes', ['get', 'nodes']],
    ['read NodeStates', ['get', 'nodestates']],
    ['read the NodeState of another node', ['get', 'nodestate', 'n2']],
    ['get the token of another node', ['create', 'token', 'haos-node-n2', `--namespace=${NAMESPACE}`]],
  ])('cannot %s', (_, args) => {
    const { stdout: token } = tokenOf('haos-node-n1');

    expect(kubectl(args, token)).toMatchObject({ status: 1, stderr: expect.stringMatching(/forbidden/i) });
  });
});

describe('the account of the agents', () => {
  it('gets the token of the node of its pod, and no other', async () => {
    const pod = await createObject<KubernetesObject>(client, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'agent-n1', namespace: NAMESPACE },
      ...{
        spec: { nodeName: 'n1', serviceAccountName: 'haos-agent', containers: [{ name: 'a', image: 'a' }] },
      },
    });
    const bound = ['--bound-object-kind=Pod', '--bound-object-name=agent-n1'];
    const { stdout: token } = tokenOf('haos-agent', [...bound, `--bound-object-uid=${pod.metadata.uid}`]);

    expect(tokenOf('haos-node-n1', [], token)).toMatchObject({ status: 0 });
    for (const other of ['haos-node-n2', 'haos-operator', 'haos-agent'])
      expect(tokenOf(other, [], token)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('only have the token of its own node'),
      });
  });

  it('gets no token without a pod, and reads nothing', () => {
    const { stdout: token } = tokenOf('haos-agent');

    expect(tokenOf('haos-node-n1', [], token).status).toBe(1);
    expect(kubectl(['get', 'secrets', `--namespace=${NAMESPACE}`], token).status).toBe(1);
  });
});

describe('the operator', () => {
  it('cannot grant what it does not have', () => {
    const { stdout: token } = tokenOf('haos-operator');
    const rules = ['all', '--verb=*', '--resource=*'];

    expect(kubectl(['create', 'role', ...rules, `--namespace=${NAMESPACE}`], token)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not currently held'),
    });
    expect(kubectl(['create', 'clusterrole', ...rules], token)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot create resource "clusterroles"'),
    });
  });

  it('cannot delete pods, nodes or Secrets of others', () => {
    const { stdout: token } = tokenOf('haos-operator');
    const mayNot = (...args: string[]) => kubectl(['auth', 'can-i', ...args], token);

    expect(mayNot('delete', 'pods', '--all-namespaces').stdout).toBe('no');
    expect(mayNot('delete', 'nodes').stdout).toBe('no');
    expect(mayNot('create', 'nodes').stdout).toBe('no');
    expect(mayNot('get', 'secrets', '--namespace=kube-system').stdout).toBe('no');
  });
});

describe('the API server', () => {
  const create = (kind: string, spec: object) =>
    kubectl(
      ['create', '--dry-run=server', '--filename=-'],
      undefined,
      JSON.stringify({ apiVersion: 'haos.io/v1alpha1', kind, metadata: { name: 'a' }, spec }),
    );

  it.each<[string, string, object]>([
    ['a map with numbers', 'NodeConfig', { config: { haos: { sysctls: { 'vm.swappiness': 10 } } } }],
    ['a number as text', 'NodeConfig', { config: { haos: { network: [{ interface: 'eth0', mtu: 9000 }] } } }],
    ['null, which takes back', 'NodeConfig', { config: { hostname: null } }],
    ['a text', 'NodeConfig', { text: 'hostname: a' }],
    ['a configuration to roll out', 'Rollout', { target: { config: 'a' }, waves: [{ percent: 10 }] }],
  ])('accepts %s', (_, kind, spec) => {
    expect(create(kind, spec)).toMatchObject({ status: 0 });
  });

  it.each<[string, string, object, string]>([
    ['an unknown key', 'NodeConfig', { config: { hostnme: 'a' } }, 'spec.config.hostnme'],
    ['an invalid value', 'NodeConfig', { config: { hostname: 'a b' } }, 'spec.config.hostname'],
    ['a secret', 'NodeConfig', { config: { haos: { token: 'K10' } } }, 'spec.config.haos.token'],
    ['both forms', 'NodeConfig', { config: {}, text: '' }, 'either config or text'],
    ['neither form', 'NodeConfig', {}, 'either config or text'],
    ['two targets', 'Rollout', { target: { config: 'a', version: 'v1' } }, 'either config or version'],
    [
      'a wave of two sizes',
      'Rollout',
      { target: { config: 'a' }, waves: [{ count: 1, percent: 1 }] },
      'either count or percent',
    ],
    [
      'a time that is none',
      'Rollout',
      { target: { config: 'a' }, windows: [{ start: '25:00', durationMinutes: 1 }] },
      'spec.windows[0].start',
    ],
  ])('refuses %s', (_, kind, spec, message) => {
    expect(create(kind, spec)).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
  });
});

describe('kubectl haos', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-plugin-'));
  beforeAll(() => {
    symlinkSync(join(ROOT, 'bin/haos.cjs'), join(directory, 'kubectl-haos'));
    writeFileSync(join(directory, 'kubectl'), `#!/bin/sh\nexec ${server.program} kubectl "$@"\n`, {
      mode: 0o755,
    });
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const plugin = (...args: readonly string[]) =>
    spawnSync('kubectl', ['haos', ...args], {
      env: { ...process.env, KUBECONFIG: server.kubeconfig, PATH: `${directory}:${process.env.PATH}` },
      encoding: 'utf8',
    });

  it('shows the nodes', () => {
    const { stdout, stderr } = plugin('status');

    expect(stderr).toBe('');
    expect(stdout).toMatch(/^NODE +READY +VERSION[\s\S]*\nn1 +yes /);
  });

  it('shows which pods would have to leave a node that reboots', async () => {
    const metadata = { name: 'n2' };
    const operations = [{ what: 'complete at the next boot', target: 'haos.network' }];
    const status = { plan: { wanted: 'w', hash: 'h', action: 'Reboot', operations } };
    const state = { apiVersion: API_VERSION, kind: 'NodeState', metadata, status };
    await applyObject(client, state, { manager: 'test', subresource: 'status' });
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true };
    await createObject<KubernetesObject>(client, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: NAMESPACE, ownerReferences: [owner] },
      ...{
        spec: { nodeName: 'n2', serviceAccountName: 'haos-agent', containers: [{ name: 'a', image: 'a' }] },
      },
    });

    const { stdout, status: exit } = plugin('plan', 'n2');

    expect(exit).toBe(10);
    expect(stdout).toMatch(/^n2: the node reboots\n/);
    expect(stdout).toMatch(
      /\na drain would evict one pod:\n.*\n {2}haos-system\/web +- +can be evicted now\n$/,
    );
  });
});
