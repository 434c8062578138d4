import type { Host } from '@haos/host';

/** What a server writes for its administrator. /etc begins empty at each boot, so that it is never left over from another role. */
export const SERVER_KUBECONFIG = '/etc/rancher/k3s/k3s.yaml';
/** What each kubelet uses; its node may read and change its own object (Kubernetes, NodeRestriction admission plugin). */
export const NODE_KUBECONFIG = '/var/lib/rancher/k3s/agent/kubelet.kubeconfig';

/** The credentials by which this machine asks the API; undefined before k3s has written any. */
export function findKubeconfig({ files }: Pick<Host, 'files'>): string | undefined {
  return [SERVER_KUBECONFIG, NODE_KUBECONFIG].find((path) => files.stat(path)?.type === 'file');
}

/** How the kubelet of this machine asks the API: an address, and paths of PEM files. */
export interface NodeCredentials {
  server: string;
  authority: string;
  certificate: string;
  key: string;
}

/** Reads the kubelet's kubeconfig, as k3s writes it: block style, and a path for each file. Undefined before there is a whole one. */
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
