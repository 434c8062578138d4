import { request } from 'node:https';

/** The state of a node in Kubernetes. */
export interface ListedNode {
  name: string;
  isReady: boolean;
}

/**
 * Changes the kubeconfig that k3s writes on a server for use on this machine: it names the port of
 * 127.0.0.1 that leads to that server. It may be YAML or JSON, as kubectl reads both.
 */
export function moveKubeconfig(kubeconfig: string, port: number): string {
  return kubeconfig.replace(/(\bserver"?:\s*"?)https:\/\/[^\s",]+/g, `$1https://127.0.0.1:${port}`);
}

/** Returns the value of a key that appears once in a kubeconfig. */
export function readKubeconfig(kubeconfig: string, key: string): string | undefined {
  return new RegExp(`\\b${key}"?:\\s*"?([^\\s",]+)`).exec(kubeconfig)?.[1];
}

const SECONDS = 20;

/**
 * Lists the nodes through the Kubernetes API, with the certificates in the kubeconfig. Fails if the
 * request fails.
 */
export function listNodes(kubeconfig: string): Promise<ListedNode[]> {
  const server = readKubeconfig(kubeconfig, 'server');
  if (server === undefined) return Promise.reject(new Error('the kubeconfig does not name a server'));
  const data = (key: string) => {
    const text = readKubeconfig(kubeconfig, key);
    return text === undefined ? undefined : Buffer.from(text, 'base64');
  };
  const options = {
    ca: data('certificate-authority-data'),
    cert: data('client-certificate-data'),
    key: data('client-key-data'),
    timeout: SECONDS * 1000,
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const asking = request(new URL('/api/v1/nodes', server), options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(parseNodes(body));
        else reject(new Error(`the API answers ${response.statusCode}`));
      });
    });
    asking.on('timeout', () => asking.destroy(new Error(`the API does not answer within ${SECONDS} s`)));
    asking.on('error', reject).end();
  });
}

interface NodeList {
  items: {
    metadata: { name: string };
    status?: { conditions?: { type: string; status: string }[] };
  }[];
}

/** Parses the response to a request for all nodes. */
export function parseNodes(body: string): ListedNode[] {
  return (JSON.parse(body) as NodeList).items.map(({ metadata: { name }, status }) => ({
    name,
    isReady: status?.conditions?.some((found) => found.type === 'Ready' && found.status === 'True') ?? false,
  }));
}
