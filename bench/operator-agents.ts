// Simulates the agents of nodes, each with an identity and a connection of its own, until the
// standard input ends. Arguments: the URL of the API server, the file of its authority, a kubeconfig
// that may create tokens, and the names of the nodes.
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { liveHost } from '@haos/host';
import {
  API_VERSION,
  applyObject,
  createClient,
  createTokenSource,
  type KubernetesObject,
  NAMESPACE,
  type NodeParts,
  type NodeState,
  nodeIdentity,
  RESOURCES,
  readKubeconfig,
  SECRET_KEYS,
  startCache,
} from '@haos/operator/internal';
import { runSimulatedAgent } from '../packages/operator/src/testing/fleet.js';

type Secret = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };

/** Milliseconds: the heartbeat of an agent without news. */
const HEARTBEAT = 300_000;

/** Milliseconds until a report that failed is repeated: while a file is on trial, and else. */
const RETRY = { trial: 10_000, rest: 60_000 };

const [, , server = '', authority = '', kubeconfig = '', ...names] = process.argv;
const host = liveHost();
const options = { clock: host.clock, userAgent: 'haos-agent/bench' };
const ca = readFileSync(authority, 'utf8');
const { signal } = new AbortController();
setMaxListeners(0, signal);

async function runAgent(name: string): Promise<void> {
  const identity = nodeIdentity(name);
  const token = createTokenSource(admin, { namespace: NAMESPACE, serviceAccount: identity });
  const client = await createClient({ server, ca, token }, options);
  let status: NodeState['status'] = {};
  let seen = '';
  let running = Promise.resolve();
  let retry: NodeJS.Timeout | undefined;
  const report = async () => {
    clearTimeout(retry);
    if (seen === '') return;
    const parts = JSON.parse(seen) as NodeParts;
    status = runSimulatedAgent(parts, status ?? {}, new Date());
    const state: NodeState = { apiVersion: API_VERSION, kind: 'NodeState', metadata: { name }, status };
    const isOnTrial = status?.config?.applied !== parts.confirmed;
    await applyObject(client, state, { manager: 'haos-agent', subresource: 'status' }).catch(() => {
      retry = setTimeout(enqueue, isOnTrial ? RETRY.trial : RETRY.rest);
    });
  };
  const enqueue = () => {
    running = running.then(report);
  };
  const cache = startCache<Secret>(client, {
    resource: RESOURCES.secret,
    selection: { namespace: NAMESPACE, fieldSelector: `metadata.name=${identity}` },
    signal,
    onError: () => {},
    onChange() {
      const data = cache.list()[0]?.data?.[SECRET_KEYS.parts] ?? '';
      const text = Buffer.from(data, 'base64').toString('utf8');
      if (text === seen) return;
      seen = text;
      enqueue();
    },
  });
  const beat = () => {
    enqueue();
    setTimeout(beat, HEARTBEAT);
  };
  setTimeout(beat, Math.random() * HEARTBEAT);
  await cache.synced;
}

const admin = await createClient(readKubeconfig(host, kubeconfig), options);
const left = [...names];
const start = async () => {
  for (let name = left.shift(); name !== undefined; name = left.shift()) await runAgent(name);
};
await Promise.all(Array.from({ length: 8 }, start));
process.stdout.write('ready\n');
process.stdin.resume().on('end', () => process.exit());
