import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type RequestOptions, request as requestSecurely } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findTestK3s } from './k3s.js';

/** Milliseconds until a part that does not start fails the tests; the machine may be busy. */
const START_LIMIT = 180_000;

export interface ApiServerOptions {
  /** More arguments of kube-apiserver. */
  args?: readonly string[];
  /** Also run kube-controller-manager, which deletes what belongs to deleted objects. */
  controllers?: boolean;
}

/**
 * A real API server and a real etcd on loopback addresses, without nodes. They are the parts of the
 * stand-in for k3s, run as separate processes.
 */
export interface ApiServer {
  readonly url: string;
  /** The file of its certificate authority. */
  readonly authority: string;
  /** The token of a member of system:masters. */
  readonly token: string;
  /** A kubeconfig with that token. */
  readonly kubeconfig: string;
  /** The program that contains kubectl: `PROGRAM kubectl ...`. */
  readonly program: string;
  /** Kills the API server, as a crash does; etcd goes on. */
  kill(): Promise<void>;
  /** Starts the API server again on the same port, and waits until it is ready. */
  start(): Promise<void>;
  /** Compacts etcd, so that older versions are gone (410). */
  compact(): Promise<void>;
  /** The running processes by the names of their programs. */
  processes(): Readonly<Record<string, readonly ChildProcess[]>>;
  /** Ends everything and removes its files. */
  stop(): Promise<void>;
}

/** Starts etcd and kube-apiserver, and waits until they are ready. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { path: program, kind } = findTestK3s();
  if (kind === 'k3s') throw new Error('the API server comes from the stand-in: unset HAOS_TEST_K3S');
  const directory = mkdtempSync(join(tmpdir(), 'haos-api-'));
  const parts = new Map<string, ChildProcess>();
  const [etcdPort, peerPort, port] = await freePorts(3);
  const file = (name: string) => join(directory, name);
  const url = `https://127.0.0.1:${port}`;
  const token = randomBytes(16).toString('hex');
  writeIdentities(directory, token);

  function run(name: string, args: readonly string[]): void {
    const log = openSync(file(`${name}.log`), 'a');
    // A test that fails, or is killed, leaves no server behind.
    const command = ['--pdeathsig', 'KILL', program, name, ...args];
    parts.set(name, spawn('setpriv', command, { stdio: ['ignore', log, log], env: environment() }));
  }
  async function end(name: string, signal: NodeJS.Signals): Promise<void> {
    const part = parts.get(name);
    parts.delete(name);
    if (part === undefined || part.exitCode !== null || part.signalCode !== null) return;
    part.kill(signal);
    await once(part, 'exit');
  }
  async function until(name: string, isReady: () => Promise<boolean>): Promise<void> {
    for (const limit = Date.now() + START_LIMIT; !(await isReady().catch(() => false)); await pause(100)) {
      if (Date.now() > limit || parts.get(name)?.exitCode != null)
        throw new Error(`${name} did not start: ${readFileSync(file(`${name}.log`), 'utf8').slice(-4000)}`);
    }
  }
  async function start(): Promise<void> {
    run('kube-apiserver', apiServerArguments(directory, etcdPort, port, options.args ?? []));
    const headers = { authorization: `Bearer ${token}` };
    await until('kube-apiserver', async () =>
      ask(requestSecurely, `${url}/readyz`, { headers, ca: readFileSync(file('tls/apiserver.crt')) }),
    );
  }

  run('etcd', etcdArguments(directory, etcdPort, peerPort));
  await until('etcd', () => ask(request, `http://127.0.0.1:${etcdPort}/health`, {}));
  await start();
  writeKubeconfig(file('kubeconfig'), url, file('tls/apiserver.crt'), token);
  if (options.controllers === true) run('kube-controller-manager', controllerArguments(directory));
  return {
    url,
    token,
    program,
    start,
    authority: file('tls/apiserver.crt'),
    kubeconfig: file('kubeconfig'),
    kill: () => end('kube-apiserver', 'SIGKILL'),
    compact: () => compactEtcd(etcdPort),
    processes: () => Object.fromEntries([...parts].map(([name, part]) => [name, [part]])),
    async stop() {
      for (const name of [...parts.keys()].reverse()) await end(name, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: '/nonexistent', GOGC: process.env.GOGC ?? '100' };
}

function etcdArguments(directory: string, port: number, peerPort: number): string[] {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  return [
    '--name=test',
    `--data-dir=${join(directory, 'etcd')}`,
    '--log-level=warn',
    '--unsafe-no-fsync=true', // the files do not outlive the test
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=test=${peer}`,
  ];
}

function apiServerArguments(
  directory: string,
  etcdPort: number,
  port: number,
  more: readonly string[],
): string[] {
  const file = (name: string) => join(directory, name);
  return [
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--cert-dir=${file('tls')}`,
    `--token-auth-file=${file('tokens.csv')}`,
    '--anonymous-auth=false',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--profiling=false',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.43.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${file('accounts.key')}`,
    `--service-account-signing-key-file=${file('accounts.key')}`,
    ...more,
  ];
}

function controllerArguments(directory: string): string[] {
  const kubeconfig = join(directory, 'kubeconfig');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--authentication-skip-lookup=true',
    '--secure-port=0',
    '--leader-elect=false',
    '--controllers=garbage-collector-controller,namespace-controller,disruption-controller',
  ];
}

function writeIdentities(directory: string, token: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'sec1', format: 'pem' });
  writeFileSync(join(directory, 'accounts.key'), pem, { mode: 0o600 });
  writeFileSync(join(directory, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
}

function writeKubeconfig(path: string, server: string, authority: string, token: string): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': authority } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

/** Returns different free ports. They stay reserved until all are known. */
async function freePorts(count: number): Promise<[number, number, number]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports as [number, number, number];
}

type Send = (
  url: string,
  options: RequestOptions,
  answer: (response: IncomingMessage) => void,
) => ClientRequest;

/** Returns whether the answer is 200. */
function ask(send: Send, url: string, options: RequestOptions): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = send(url, { ...options, timeout: 5_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer')));
    sent.end();
  });
}

/** Calls etcd's JSON gateway: its present revision, then the compaction up to that. */
async function compactEtcd(port: number): Promise<void> {
  const call = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`etcd answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as { header: { revision: string } };
  };
  const { header } = await call('kv/range', { key: Buffer.from('none').toString('base64') });
  await call('kv/compaction', { revision: header.revision, physical: true });
}
