import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import { type DrainOptions, drainNode, findKubeconfig, readNodeName } from '@haos/system/internal';
import type { Context } from '../command.js';
import { refusal } from '../failure.js';

/**
 * The program of the release that a pod of an upgrade Plan runs. Its `kubectl` is that of the node,
 * with the account of the pod.
 */
const LAUNCHER = `${layout.system}/haos/current/haos`;

/** Variables of the pod that the launcher needs; Kubernetes and the upgrade controller set them. */
const OF_THE_POD = ['SYSTEM_UPGRADE_POD_UID', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'] as const;

/**
 * Drains the node to upgrade: in a pod with the account of the pod, else as the administrator of
 * this server.
 */
export async function drainForUpgrade(host: Host, directory: string, context: Context): Promise<void> {
  const options = podOptions(context.env) ?? (await serverOptions(host));
  context.err(`upgrade: draining ${options.node}\n`);
  await drainNode(host, { ...options, directory });
}

function podOptions(env: Context['env']): Omit<DrainOptions, 'directory'> | undefined {
  const node = env.SYSTEM_UPGRADE_NODE_NAME;
  if (!node || !env.SYSTEM_UPGRADE_POD_UID) return undefined;
  const ofThePod = Object.fromEntries(OF_THE_POD.map((name) => [name, env[name] ?? '']));
  return { node, kubectl: [LAUNCHER, 'kubectl'], env: ofThePod };
}

async function serverOptions(host: Host): Promise<Omit<DrainOptions, 'directory'>> {
  const [node, kubeconfig] = [await readNodeName(host), findKubeconfig(host)];
  if (node !== undefined && kubeconfig !== undefined)
    return { node, kubectl: ['k3s', 'kubectl', '--kubeconfig', kubeconfig] };
  throw refusal(
    'HAOS_NO_NODE',
    'this machine has no Kubernetes node to drain',
    'Leave out --drain, or wait until k3s runs.',
  );
}
