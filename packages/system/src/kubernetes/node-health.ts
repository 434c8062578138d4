import { isHaosError } from '../errors.js';
import type { Host } from '../host/types.js';
import { findKubeconfig } from './kubeconfig.js';
import { readNodeName } from './node-name.js';
import { parseNode, type ReportedNode } from './parse-node.js';

/** What Kubernetes says of this machine. */
export interface NodeHealth {
  /** The node's name; undefined where there is no running system. */
  name: string | undefined;
  /** The kubelet of itself; `unreachable`: nothing answers. */
  kubelet: 'ok' | 'failing' | 'unreachable';
  /** The API of this node; `unknown`: it cannot be asked, or has no report from this boot. */
  node: ReportedNode['state'];
  /** Why the node is not Ready, or not known to be; undefined when it is. */
  reason: string | undefined;
  /** The version that the kubelet registered, such as `v1.36.4+k3s1`; undefined when the API did not say. */
  version: string | undefined;
  /** New pods do not start on it: it was cordoned or drained. */
  isCordoned: boolean;
}

/** The kubelet's own health endpoint (kubelet's `--healthz-port`, which k3s leaves at its default). */
const KUBELET = 'http://127.0.0.1:10248/healthz';
/** Milliseconds. A kubelet that is not there refuses at once; a busy machine may take seconds to answer. */
const KUBELET_TIMEOUT = 10_000;
/** Of one request, for kubectl. */
const REQUEST_TIMEOUT = '5s';
/** Milliseconds, with the start of the program, which takes seconds on a slow machine. */
const KUBECTL_TIMEOUT = 20_000;

/**
 * Asks the kubelet and the API how the node of this machine is. Changes nothing, throws nothing that Kubernetes answers, and takes
 * half a minute at most. Needs root: the files with the credentials are readable by root only.
 */
export async function readNodeHealth(host: Host): Promise<NodeHealth> {
  const isLive = host.kind === 'live';
  const name = isLive ? await readNodeName(host) : undefined;
  const [kubelet, { state: node, ...status }] = isLive
    ? await Promise.all([askKubelet(host), askApi(host, name)])
    : (['unreachable', unreported('this is not a running system')] as const);
  return { name, kubelet, node, ...status };
}

/** Whether this node works: both the kubelet and the API say so. */
export function isNodeReady({ kubelet, node }: Pick<NodeHealth, 'kubelet' | 'node'>): boolean {
  return kubelet === 'ok' && node === 'Ready';
}

async function askKubelet(host: Host): Promise<NodeHealth['kubelet']> {
  try {
    await host.fetch(KUBELET, { timeout: KUBELET_TIMEOUT, retries: 0 });
    return 'ok';
  } catch (error) {
    if (isHaosError(error, 'HAOS_HTTP_STATUS')) return 'failing';
    if (isHaosError(error)) return 'unreachable';
    throw error;
  }
}

async function askApi(host: Host, name: string | undefined): Promise<ReportedNode> {
  const kubeconfig = findKubeconfig(host);
  if (name === undefined) return unreported('this machine has no host name');
  if (kubeconfig === undefined) return unreported('k3s has not written a kubeconfig yet');
  // A raw path: kubectl would ask for all kinds of objects first.
  const flags = ['--kubeconfig', kubeconfig, `--request-timeout=${REQUEST_TIMEOUT}`];
  const args = ['kubectl', 'get', '--raw', `/api/v1/nodes/${name}`, ...flags];
  try {
    const { exitCode, stdout, stderr } = await host.run('k3s', args, {
      readOnly: true,
      accept: [0, 1],
      timeout: KUBECTL_TIMEOUT,
    });
    if (exitCode !== 0) return unreported(lastLine(stderr) || 'kubectl failed');
    return parseNode(stdout, host.files.readTextIfExists('/proc/sys/kernel/random/boot_id')?.trim());
  } catch (error) {
    if (isHaosError(error, 'HAOS_COMMAND_NOT_FOUND')) return unreported('k3s is not installed');
    if (isHaosError(error, 'HAOS_COMMAND_TIMEOUT')) return unreported('the API does not answer');
    if (isHaosError(error)) return unreported(error.message);
    throw error;
  }
}

/** What kubectl says last is why it ended. */
function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function unreported(reason: string): ReportedNode {
  return { state: 'unknown', reason, version: undefined, isCordoned: false };
}
