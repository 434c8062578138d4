import type { Host } from '@haos/host';

/**
 * The kubeconfig that a server writes for its administrator. /etc is empty at each boot, so the
 * file is never left over from another role.
 */
export const SERVER_KUBECONFIG = '/etc/rancher/k3s/k3s.yaml';
/**
 * The kubeconfig of each kubelet. A node may read and change its own object (Kubernetes,
 * NodeRestriction admission plugin).
 */
export const NODE_KUBECONFIG = '/var/lib/rancher/k3s/agent/kubelet.kubeconfig';

/**
 * Returns the kubeconfig with which this machine accesses the API; undefined before k3s has written
 * one.
 */
export function findKubeconfig({ files }: Pick<Host, 'files'>): string | undefined {
  return [SERVER_KUBECONFIG, NODE_KUBECONFIG].find((path) => files.stat(path)?.type === 'file');
}

/** How the kubelet of this machine accesses the API: an address, and paths of PEM files. */
export interface NodeCredentials {
  server: string;
  authority: string;
  certificate: string;
  key: string;
}

/**
 * Reads the kubeconfig of the kubelet in the format of k3s: block style, and a path for each file.
 * Undefined until it is complete.
 */
export function readNodeCredentials({ files }: Pick<Host, 'files'>): NodeCredentials | undefined {
  const text = files.readTextIfExists(NODE_KUBECONFIG) ?? '';
  const value = (key: string) => new RegExp(`^\\s*${key}: *"?([^\\s"]+)"? *$`, 'm').exec(text)?.[1];
  const server = value('server');
  const authority = value('certificate-authority');
  const certificate = value('client-certificate');
  const key = value('client-key');
  if (server === undefined || authority === undefined || certificate === undefined || key === undefined)
    return undefined;
  return { server, authority, certificate, key };
}
