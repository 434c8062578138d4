import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  API_VERSION,
  type ApiClient,
  applyObject,
  createObject,
  getObject,
  type KubernetesObject,
  RESOURCES,
  type Rollout,
} from '@haos/operator/internal';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../bin/src/command.js';
import { haos } from '../../bin/src/commands.js';
import { run } from '../../bin/src/run.js';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect } from './connect.js';
import { createNode, installOperator } from './fleet.js';

const directory = mkdtempSync(join(tmpdir(), 'haos-plugin-'));
const DIFF = '--- /dev/null\n+++ /etc/a\n@@ -0,0 +1,1 @@\n+a\n';

let server: ApiServer;
let client: ApiClient;
beforeAll(async () => {
  const kubectl = join(directory, 'kubectl');
  server = await startApiServer();
  writeFileSync(kubectl, `#!/bin/sh\nexec ${server.program} kubectl "$@"\n`, { mode: 0o755 });
  client = await connect(server);
  await installOperator(server, client);
  await createNode(client, 'n1');
  const create = (kind: string, name: string, spec: object = {}) =>
    createObject<KubernetesObject>(client, {
      apiVersion: API_VERSION,
      kind,
      metadata: { name },
      ...{ spec },
    });
  await create('NodeConfig', 'base', { config: { hostname: 'a' } });
  await create('Rollout', 'go', { target: { config: 'base' }, approval: 'Required' });
  await create('NodeState', 'n1');
  await report('NodeState', 'n1', {
    plan: {
      ...{ wanted: 'w', hash: 'h', action: 'Reload' },
      operations: [
        { what: 'create file', target: '/etc/a', diff: DIFF },
        { what: 'restart service', target: 'cron' },
      ],
    },
    drift: [{ path: '/etc/b', kind: 'Missing', owner: 'NodeConfig/base' }],
  });
  await report('Rollout', 'go', { phase: 'WaitingForApproval', planHash: 'abc' });
}, 300_000);
afterAll(async () => {
  await client?.close();
  await server?.stop();
  rmSync(directory, { recursive: true });
});

function report(kind: string, name: string, status: object): Promise<unknown> {
  const object = { apiVersion: API_VERSION, kind, metadata: { name }, ...{ status } };
  return applyObject(client, object, { manager: 'test', subresource: 'status' });
}

/** Runs `kubectl haos` with the credentials of the kubeconfig. */
async function plugin(...args: readonly string[]) {
  const written = { out: '', err: '' };
  const context: Context = {
    env: { ...process.env, KUBECONFIG: server.kubeconfig, PATH: `${directory}:${process.env.PATH}` },
    version: 'v1',
    out(text) {
      written.out += text;
    },
    err(text) {
      written.err += text;
    },
    input: () => new Uint8Array(),
    isRoot: () => false,
    isInstalled: () => false,
    terminal: () => Promise.reject(new Error('no terminal')),
    columns: () => undefined,
    hasColor: async () => false,
    onInterrupt: () => undefined,
  };
  return { status: await run(haos, ['kubectl-haos', ...args], context), ...written };
}

const specOf = async () => (await getObject<Rollout>(client, RESOURCES.rollout, { name: 'go' }))?.spec;

describe('kubectl haos rollout', () => {
  it('pauses, resumes and aborts', async () => {
    expect(await plugin('rollout', 'pause', 'go')).toMatchObject({
      ...{ status: 0, out: 'Rollout go paused: no further node starts\n' },
    });
    expect(await specOf()).toMatchObject({ paused: true });
    expect(await plugin('rollout', 'resume', 'go')).toMatchObject({ status: 0, out: 'Rollout go resumed\n' });
    expect(await specOf()).toMatchObject({ paused: false });
    expect(await plugin('rollout', 'abort', 'go')).toMatchObject({ status: 0 });
    expect(await specOf()).toMatchObject({ aborted: true });
  });

  it('approves the plan that a person looked at, and no other', async () => {
    const refused = await plugin('rollout', 'approve', 'go', '--plan', 'other');
    expect(refused).toMatchObject({ status: 5, out: '' });
    expect(refused.err).toContain('the plan of Rollout go is abc now');
    expect((await specOf())?.approvedPlan).toBeUndefined();

    expect(await plugin('rollout', 'approve', 'go', '--plan', 'abc')).toMatchObject({ status: 0 });
    expect((await specOf())?.approvedPlan).toBe('abc');

    await report('Rollout', 'go', { phase: 'Complete' });
    expect(await plugin('rollout', 'approve', 'go')).toMatchObject({
      ...{ status: 5, err: expect.stringContaining('does not wait for an approval') },
    });
  });

  it('says what kubectl says about one that does not exist', async () => {
    const { status, err } = await plugin('rollout', 'pause', 'none');

    expect([status, err]).toEqual([1, expect.stringContaining('"none" not found')]);
  });
});

describe('kubectl haos -o', () => {
  const changes = [{ what: 'create file', target: '/etc/a', diff: DIFF }];
  const drift = [{ path: '/etc/b', kind: 'Missing', owner: 'NodeConfig/base' }];

  it.each<[readonly string[], number, object]>([
    [['status'], 0, { nodes: [{ name: 'n1', ready: true, drift: 1 }], configs: [{ name: 'base' }] }],
    [['plan', 'n1'], 10, { node: 'n1', plan: { action: 'Reload', operations: [{}, {}] } }],
    [['diff', 'n1'], 10, { node: 'n1', changes }],
    [['drift'], 0, { nodes: [{ node: 'n1', drift }] }],
    [['explain', 'n1', 'hostname'], 0, { explanations: [{ key: 'hostname', value: 'a' }] }],
    [['rollout', 'status', 'go'], 0, { name: 'go', steps: [] }],
  ])('%j prints the same as JSON and as YAML', async (args, exit, expected) => {
    const json = await plugin(...args, '-o', 'json');
    const yaml = await plugin(...args, '-o', 'yaml');

    expect([json.status, yaml.status, json.err, yaml.err]).toEqual([exit, exit, '', '']);
    expect(JSON.parse(json.out)).toMatchObject(expected);
    expect(load(yaml.out)).toEqual(JSON.parse(json.out));
  });

  it('diff prints the files for people, without it', async () => {
    expect(await plugin('diff', 'n1')).toMatchObject({ status: 10, out: `create file /etc/a\n${DIFF}` });
  });
});
