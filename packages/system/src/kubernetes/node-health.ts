import type { Host } from '@haos/host';
import { isHaosError } from '@haos/host';
import { type NodeCredentials, readNodeCredentials } from './kubeconfig.js';
import { readNodeName } from './node-name.js';
import { parseNode, type ReportedNode, readMessage } from './parse-node.js';

/** What Kubernetes reports about this machine. */
export interface NodeHealth {
  /** The name of the node; undefined if the system is not running. */
  name: string | undefined;
  /** The health that the kubelet reports; `unreachable`: it does not answer. */
  kubelet: 'ok' | 'failing' | 'unreachable';
  /**
   * The state that the API reports; `unknown`: HAOS cannot ask it, or it has no report from this
   * boot.
   */
  node: ReportedNode['state'];
  /** Why the node is not Ready or its state is unknown; undefined if it is Ready. */
  reason: string | undefined;
  /**
   * The version that the kubelet registered, such as `v1.36.4+k3s1`; undefined if the API did not
   * report it.
   */
  version: string | undefined;
  /** Whether the node is cordoned or drained, so that new pods do not start on it. */
  isCordoned: boolean;
}

/** The health endpoint of the kubelet (`--healthz-port`, which k3s leaves at its default). */
const KUBELET = 'http://127.0.0.1:10248/healthz';
/**
 * Seconds. If k3s is not running, the connection fails at once; a machine whose only processor is
 * busy may take more than ten seconds to answer.
 */
const TIMEOUT = 25;
/** The exit status of curl(1) after a timeout. */
const CURL_TIMEOUT = 28;
/**
 * Exit statuses of curl(1): the API cannot be reached, does not answer in time, or rejects the
 * request.
 */
const CURL_FAILURES = [6, 7, 22, CURL_TIMEOUT, 35, 52, 55, 56, 58, 60];

/**
 * Asks the kubelet and the API for the health of the node. Changes nothing, does not throw for any
 * answer of Kubernetes, and takes half a minute at most. Needs root: only root can read the
 * credentials.
 */
export async function readNodeHealth(host: Host): Promise<NodeHealth> {
  const isLive = host.kind === 'live';
  const name = isLive ? await readNodeName(host) : undefined;
  const [kubelet, { state: node, ...status }] = isLive
    ? await Promise.all([askKubelet(host), askApi(host, name)])
    : (['unreachable', unreported('this is not a running system')] as const);
  return { name, kubelet, node, ...status };
}

/** Returns whether this node works: both the kubelet and the API say so. */
export function isNodeReady({ kubelet, node }: Pick<NodeHealth, 'kubelet' | 'node'>): boolean {
  return kubelet === 'ok' && node === 'Ready';
}

async function askKubelet(host: Host): Promise<NodeHealth['kubelet']> {
  try {
    await host.fetch(KUBELET, { timeout: TIMEOUT * 1_000, retries: 0 });
    return 'ok';
  } catch (error) {
    if (isHaosError(error, 'HAOS_HTTP_STATUS')) return 'failing';
    if (isHaosError(error)) return 'unreachable';
    throw error;
  }
}

/**
 * Uses curl, because kubectl loads all of k3s: that takes seconds on a slow machine while k3s is
 * starting.
 */
async function askApi(host: Host, name: string | undefined): Promise<ReportedNode> {
  const credentials = readNodeCredentials(host);
  if (name === undefined) return unreported('this machine has no host name');
  if (credentials === undefined) return unreported('k3s has not written the kubeconfig of the kubelet yet');
  try {
    const { exitCode, stdout, stderr } = await host.run('curl', curlArguments(credentials, name), {
      readOnly: true,
      accept: [0, ...CURL_FAILURES],
    });
    if (exitCode === CURL_TIMEOUT) return unreported(`the API did not answer within ${TIMEOUT} seconds`);
    if (exitCode !== 0) return unreported(reasonOf(stdout, stderr));
    return parseNode(stdout, host.files.readTextIfExists('/proc/sys/kernel/random/boot_id')?.trim());
  } catch (error) {
    if (isHaosError(error)) return unreported(error.message);
    throw error;
  }
}

/** Contains only paths, so that the arguments never show the credentials. */
function curlArguments({ server, authority, certificate, key }: NodeCredentials, name: string): string[] {
  return [
    ...['--silent', '--show-error', '--fail-with-body', '--max-time', String(TIMEOUT), '--noproxy', '*'],
    ...['--cacert', authority, '--cert', certificate, '--key', key],
    `${server}/api/v1/nodes/${name}`,
  ];
}

/**
 * Returns why a request failed: the message of a Status (meta/v1) or of curl, `curl: (7) Failed to
 * connect ...`.
 */
function reasonOf(stdout: string, stderr: string): string {
  const line = stderr.trimEnd().split('\n').at(-1) ?? '';
  return readMessage(stdout) ?? (line.replace(/^curl: \(\d+\) /, '') || 'the API does not answer');
}

function unreported(reason: string): ReportedNode {
  return { state: 'unknown', reason, version: undefined, isCordoned: false };
}
