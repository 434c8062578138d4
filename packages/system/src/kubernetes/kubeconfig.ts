import type { Host } from '../host/types.js';

/** What a server writes for its administrator. /etc begins empty at each boot, so that it is never left over from another role. */
export const SERVER_KUBECONFIG = '/etc/rancher/k3s/k3s.yaml';
/** What each kubelet uses; its node may read and change its own object (Kubernetes, NodeRestriction admission plugin). */
export const NODE_KUBECONFIG = '/var/lib/rancher/k3s/agent/kubelet.kubeconfig';

/** The credentials by which this machine asks the API; undefined before k3s has written any. */
export function findKubeconfig({ files }: Pick<Host, 'files'>): string | undefined {
  return [SERVER_KUBECONFIG, NODE_KUBECONFIG].find((path) => files.stat(path)?.type === 'file');
}
