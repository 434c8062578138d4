import type { Host } from '@haos/host';

/** The certificate that k3s gives its kubelet; the subject names the node. It outlives a boot. */
export const KUBELET_CERTIFICATE = '/var/lib/rancher/k3s/agent/client-kubelet.crt';

const PREFIX = 'CN=system:node:';

/**
 * The name of this machine's node in Kubernetes: that of the kubelet's certificate, which knows `--node-name` and
 * `--with-node-id`; before k3s has one, the host name in lower case, as the kubelet makes it. Undefined where neither is known.
 */
export async function readNodeName({
  files,
  kernel,
}: Pick<Host, 'files' | 'kernel'>): Promise<string | undefined> {
  const pem = files.readTextIfExists(KUBELET_CERTIFICATE);
  const name = pem === undefined ? undefined : await nameInCertificate(pem);
  return name ?? kernel.hostname()?.toLowerCase();
}

async function nameInCertificate(pem: string): Promise<string | undefined> {
  const { X509Certificate } = await import('node:crypto');
  try {
    const lines = new X509Certificate(pem).subject.split('\n');
    return lines.find((line) => line.startsWith(PREFIX))?.slice(PREFIX.length) || undefined;
  } catch {
    return undefined; // half written
  }
}
