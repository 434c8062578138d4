import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { liveHost } from '@haos/host';
import {
  API_VERSION,
  type ApiClient,
  createClient,
  createObject,
  createTokenSource,
  getObject,
  type KubernetesObject,
  NAMESPACE,
  RESOURCES,
  readKubeconfig,
} from '@haos/operator/internal';
import { type ApiServer, startApiServer } from '../tests/kubernetes/api-server.js';
import { createNode, installOperator } from '../tests/operator/fleet.js';
import { median } from './measure.js';

/** Agents in one process. */
const PER_PROCESS = 500;
/** Milliseconds in which the traffic at rest is counted. */
const REST = 120_000;

const nodes = Number(process.env.HAOS_BENCH_AGENTS || 1000);

/**
 * Measures one operator and many simulated agents with a real API server and etcd on this machine.
 * Times are ratios to `kubectl get leases` of as many Leases, in the same run.
 */
export async function measureOperator(
  root: string,
  scratch: string,
  print: (line: string) => void,
): Promise<string[]> {
  const server = await startApiServer();
  const children: ChildProcess[] = [];
  const host = liveHost();
  const client = await createClient(readKubeconfig(host, server.kubeconfig), {
    clock: host.clock,
    userAgent: 'haos-bench',
  });
  try {
    await installOperator(server, client);
    const names = Array.from({ length: nodes }, (_, index) => `node-${String(index).padStart(5, '0')}`);
    await forEach(names, (name) => createNode(client, name));
    await createLeases(client, names);
    const unit = median([0, 1, 2].map(() => timeKubectl(server, ['get', 'leases', '--namespace=default'])));
    print(`${nodes} nodes; 1 = a list of ${nodes} Leases by kubectl: ${(unit / 1000).toFixed(1)} s`);

    const started = performance.now();
    const port = await freePort();
    const operator = await startOperatorProcess(root, scratch, server, client, port);
    children.push(operator);
    await until(async () => (await countOf(client, `/api/v1/namespaces/${NAMESPACE}/secrets`)) >= nodes);
    print(ratio('identities, rights and Secrets of all nodes', performance.now() - started, unit));

    const agents = await startAgentProcesses(root, server, names);
    children.push(...agents);
    const parts: Readonly<Record<string, readonly ChildProcess[]>> = {
      ...server.processes(),
      operator: [operator],
      agents,
    };
    const before = await requestsOf(server);
    const used = processorTimes(parts);
    const changed = performance.now();
    await createObject(client, configOf());
    await until(async () => (await appliedOf(client)) === nodes);
    const took = performance.now() - changed;
    const requests = (await requestsOf(server)) - before;
    print(ratio('a new NodeConfig is planned and applied on all nodes', took, unit));
    print(`  ${Math.round(requests / (took / 1000))} requests per second meanwhile`);
    const shares = Object.entries(processorTimes(parts)).map(
      ([name, time]) => `${name} ${(((time - (used[name] ?? 0)) / took) * 100).toFixed(0)} %`,
    );
    print(`  of one of ${cpus().length} processors: ${shares.join(', ')}`);
    const list = median([0, 1, 2].map(() => timeKubectl(server, ['get', 'nodestates'])));
    print(ratio('a list of all NodeStates by kubectl', list, unit));

    await pause(30_000); // the last confirmations
    const resting = await requestsOf(server);
    await pause(REST);
    const perMinute = (((await requestsOf(server)) - resting) / nodes / REST) * 60_000;
    const memory = Object.entries(parts).map(([name, all]) => `${name} ${mib(sum(all.map(memoryOf)))}`);
    return [`at rest: ${perMinute.toFixed(2)} requests per node and minute`, `memory: ${memory.join(', ')}`];
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await client.close();
    await server.stop();
  }
}

function configOf(): KubernetesObject {
  const config = { haos: { sysctls: { 'vm.swappiness': '1' } } };
  return {
    apiVersion: API_VERSION,
    kind: 'NodeConfig',
    metadata: { name: 'bench' },
    ...{ spec: { config } },
  };
}

async function appliedOf(client: ApiClient): Promise<number> {
  type Config = KubernetesObject & { status?: { nodes?: { applied: number } } };
  const config = await getObject<Config>(client, RESOURCES.nodeConfig, { name: 'bench' });
  return config?.status?.nodes?.applied ?? 0;
}

async function createLeases(client: ApiClient, names: readonly string[]): Promise<void> {
  const { apiVersion, kind } = RESOURCES.lease;
  await forEach(names, (name) =>
    createObject(client, { apiVersion, kind, metadata: { namespace: 'default', name }, ...{ spec: {} } }),
  );
}

/** Returns the number of objects of a list, without reading them all. */
async function countOf(client: ApiClient, path: string): Promise<number> {
  type Page = { metadata: { remainingItemCount?: number }; items: unknown[] };
  const page = await client.call<Page>({ method: 'GET', path, query: { limit: 1 } });
  return page.items.length + (page.metadata.remainingItemCount ?? 0);
}

/** Returns the number of requests that the API server has answered, watches included. */
async function requestsOf(server: ApiServer): Promise<number> {
  const args = ['kubectl', `--kubeconfig=${server.kubeconfig}`, 'get', '--raw=/metrics'];
  const text = execFileSync(server.program, args, { maxBuffer: 1024 ** 3, encoding: 'utf8' });
  const counts = [...text.matchAll(/^apiserver_request_total\{[^}]*\} (\S+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function startOperatorProcess(
  root: string,
  scratch: string,
  server: ApiServer,
  client: ApiClient,
  port: number,
): Promise<ChildProcess> {
  const token = createTokenSource(client, {
    namespace: NAMESPACE,
    serviceAccount: 'haos-operator',
    seconds: 36_000,
  });
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8'));
  config.users[0].user.token = await token();
  const kubeconfig = join(scratch, 'operator.kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const args = ['operator', `--kubeconfig=${kubeconfig}`, `--port=${port}`];
  return spawn(process.execPath, [join(root, 'bin/haos.cjs'), ...args], { stdio: 'ignore' });
}

async function startAgentProcesses(
  root: string,
  server: ApiServer,
  names: readonly string[],
): Promise<ChildProcess[]> {
  const children: ChildProcess[] = [];
  for (let first = 0; first < names.length; first += PER_PROCESS) {
    const own = names.slice(first, first + PER_PROCESS);
    const args = ['--import', 'tsx', join(root, 'bench/operator-agents.ts')];
    const child = spawn(
      process.execPath,
      [...args, server.url, server.authority, server.kubeconfig, ...own],
      { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    children.push(child);
    await once(child.stdout, 'data');
  }
  return children;
}

function timeKubectl(server: ApiServer, args: readonly string[]): number {
  const started = performance.now();
  execFileSync(server.program, ['kubectl', `--kubeconfig=${server.kubeconfig}`, ...args], {
    maxBuffer: 1024 ** 3,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return performance.now() - started;
}

async function forEach(items: readonly string[], work: (item: string) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const run = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 32 }, run));
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await pause(500);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await once(server.close(), 'close');
  return port;
}

/** Returns the milliseconds of processor time that each part has used. */
function processorTimes(
  parts: Readonly<Record<string, readonly ChildProcess[]>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, all]) => [name, sum(all.map(processorTimeOf))]),
  );
}

function processorTimeOf({ pid }: ChildProcess): number {
  // After the name, which may contain spaces: see proc_pid_stat(5). A tick is 10 ms.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryOf({ pid }: ChildProcess): number {
  const [, kibibytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(what: string, milliseconds: number, unit: number): string {
  return `${what}: ${(milliseconds / unit).toFixed(1)} (${(milliseconds / 1000).toFixed(0)} s)`;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
