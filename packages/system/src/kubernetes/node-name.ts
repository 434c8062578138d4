import type { Host } from '@haos/host';
import { readCertificateSubject } from '@haos/host/internal';

/**
 * The certificate that k3s gives its kubelet. Its subject contains the name of the node, and it
 * survives reboots.
 */
export const KUBELET_CERTIFICATE = '/var/lib/rancher/k3s/agent/client-kubelet.crt';

const PREFIX = 'CN=system:node:';

/**
 * Returns the name of this machine's node in Kubernetes. It is in the certificate of the kubelet,
 * which reflects `--node-name` and `--with-node-id`. Before k3s has a certificate, it is the host
 * name in lower case, as the kubelet uses it. Undefined if neither is known.
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
  const lines = await readCertificateSubject(pem);
  return lines.find((line) => line.startsWith(PREFIX))?.slice(PREFIX.length) || undefined;
}
