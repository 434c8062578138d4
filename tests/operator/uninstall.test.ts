import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { liveHost } from '@haos/host';
import {
  API_VERSION,
  type ApiClient,
  createObject,
  getObject,
  type KubernetesObject,
  NAMESPACE,
  nodeIdentity,
  RESOURCES,
  startCache,
  startOperator,
} from '@haos/operator/internal';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect } from './connect.js';
import { createNode, operatorCredentials, startAgents } from './fleet.js';

const CHART = new URL('../../packages/operator/chart', import.meta.url).pathname;
const LIMIT = { timeout: 120_000, interval: 500 };

type Secret = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };

let server: ApiServer;
let client: ApiClient;
const end = new AbortController();
let operator: ReturnType<typeof startOperator>;
const log: string[] = [];

async function kubectl(...args: readonly string[]): Promise<string> {
  const all = ['kubectl', `--kubeconfig=${server.kubeconfig}`, ...args];
  return (await promisify(execFile)(server.program, all)).stdout;
}

beforeAll(async () => {
  server = await startApiServer({ controllers: true });
  client = await connect(server);
  await kubectl('create', 'namespace', NAMESPACE);
  await kubectl('apply', '--server-side', `--kustomize=${CHART}`);
  await vi.waitFor(() => kubectl('get', 'nodeconfigs,nodestates,rollouts'), LIMIT);
  await createNode(client, 'one');
  startAgents(client, end.signal);
  const options = { host: liveHost(), identity: 'operator', version: 'v1' };
  const write = (line: string) => log.push(line);
  operator = startOperator(
    { ...options, write, credentials: operatorCredentials(server, client) },
    end.signal,
  );
}, 300_000);

afterAll(async () => {
  end.abort(new Error('the tests are over'));
  await operator?.done;
  await client?.close();
  await server?.stop();
});

describe('an operator that is uninstalled while it runs', () => {
  it('leaves nodes what they have, also if the definitions go first', async () => {
    const config = { haos: { sysctls: { 'vm.swappiness': '10' } } };
    const metadata = { name: 'base' };
    await createObject(client, {
      apiVersion: API_VERSION,
      kind: 'NodeConfig',
      metadata,
      ...{ spec: { config } },
    });
    const confirmed = async () => (await readParts('one'))?.includes('"confirmed"');
    await vi.waitFor(async () => expect(await confirmed()).toBe(true), LIMIT);
    const seen = followParts('one');
    // A watch may begin with older versions of an object.
    const last = () => [...seen].at(-1);
    await vi.waitFor(() => expect(last()).toContain('"confirmed"'), LIMIT);
    const older = seen.size - 1;

    await kubectl('delete', `--filename=${join(CHART, 'crds')}`);

    const warning = 'the definition of NodeConfigs is being deleted';
    await vi.waitFor(() => expect(log.join('')).toContain(warning), LIMIT);
    await pause(2000); // some more passes
    await kubectl('delete', `--filename=${join(CHART, 'templates/operator.yaml')}`);
    expect([...seen].slice(older)).toEqual([expect.stringContaining('vm.swappiness')]);
  });
});

async function readParts(node: string): Promise<string | undefined> {
  const name = nodeIdentity(node);
  return partsOf(await getObject<Secret>(client, RESOURCES.secret, { namespace: NAMESPACE, name }));
}

function partsOf(secret: Secret | undefined): string | undefined {
  const text = secret?.data?.['parts.json'];
  return text && Buffer.from(text, 'base64').toString('utf8');
}

/** Returns the parts that the agent of a node reads, all that there ever were. */
function followParts(node: string): Set<string> {
  const seen = new Set<string>();
  const cache = startCache<Secret>(client, {
    resource: RESOURCES.secret,
    selection: { namespace: NAMESPACE, fieldSelector: `metadata.name=${nodeIdentity(node)}` },
    signal: end.signal,
    onError: () => {},
    onChange() {
      const text = partsOf(cache.list()[0]);
      if (text !== undefined) seen.add(text);
    },
  });
  return seen;
}
