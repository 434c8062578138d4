import { HaosError, type Host } from '@haos/host';
import { load } from 'js-yaml';
import type { ApiErrorCode } from './api-error.js';

/** Where the API server is, and who asks. */
export interface Credentials {
  /** Such as `https://10.43.0.1:443`. */
  readonly server: string;
  /** PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  /** Returns the token for the next request; it may change. */
  readonly token?: () => string | Promise<string>;
}

/** What the kubelet mounts into each pod. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Milliseconds after which a file with a token is read again: the kubelet renews it. */
const TOKEN_AGE = 60_000;

/**
 * Returns the credentials of the pod that this program runs in: the variables
 * `KUBERNETES_SERVICE_HOST` and `_PORT`, and the files of its service account. Throws
 * HAOS_API_CREDENTIALS.
 */
export function podCredentials(
  host: Host,
  env: Readonly<Record<string, string | undefined>>,
  directory = ACCOUNT,
): Credentials {
  const { KUBERNETES_SERVICE_HOST: address, KUBERNETES_SERVICE_PORT: port } = env;
  if (!address || !port) {
    throw credentialsError('this is not a pod: KUBERNETES_SERVICE_HOST is not set', {
      hint: 'Name a kubeconfig with --kubeconfig.',
    });
  }
  const name = address.includes(':') ? `[${address}]` : address;
  return {
    server: `https://${name}:${port}`,
    ca: host.files.readText(`${directory}/ca.crt`),
    token: tokenFile(host, `${directory}/token`),
  };
}

interface Kubeconfig {
  'current-context'?: string;
  contexts?: readonly { name: string; context: { cluster: string; user: string } }[];
  clusters?: readonly { name: string; cluster: Record<string, string> }[];
  users?: readonly { name: string; user: Record<string, unknown> }[];
}

/**
 * Returns the credentials of the current context of a kubeconfig. It takes certificates and tokens,
 * as text or as files; relative paths start at the file's directory. Plug-ins that make credentials
 * are not supported. Throws HAOS_API_CREDENTIALS, and HAOS_FILE_* for files.
 */
export function readKubeconfig(host: Host, path: string): Credentials {
  const config = parse(host.files.readText(path), path);
  const context = find(config.contexts, config['current-context'], 'context', path).context;
  const { cluster } = find(config.clusters, context.cluster, 'cluster', path);
  const { user } = find(config.users, context.user, 'user', path);
  if (user.exec !== undefined || user['auth-provider'] !== undefined) {
    throw credentialsError(`${path} gets its credentials from a plug-in, which is not supported`, {
      hint: 'Use a kubeconfig with a certificate or a token.',
    });
  }
  if (cluster.server === undefined) throw credentialsError(`${path} names no server`);
  const directory = path.slice(0, path.lastIndexOf('/'));
  const pem = (values: Readonly<Record<string, unknown>>, name: string) =>
    readPem(host, directory, values, name);
  return {
    server: cluster.server,
    ca: pem(cluster, 'certificate-authority'),
    cert: pem(user, 'client-certificate'),
    key: pem(user, 'client-key'),
    serverName: cluster['tls-server-name'],
    token: userToken(host, directory, user),
  };
}

function parse(text: string, path: string): Kubeconfig {
  try {
    const config = load(text);
    if (typeof config === 'object' && config !== null) return config;
  } catch {
    // The message of the parser could contain a token.
  }
  throw credentialsError(`${path} is not a kubeconfig`);
}

function find<T extends { name: string }>(
  list: readonly T[] | undefined,
  name: string | undefined,
  kind: string,
  path: string,
): T {
  const found = list?.find((item) => item.name === name);
  if (found === undefined) throw credentialsError(`${path} has no ${kind} ${name ?? 'that is current'}`);
  return found;
}

/** Reads `NAME-data`, which is base64, or the file `NAME`. */
function readPem(
  host: Host,
  directory: string,
  values: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const { [`${name}-data`]: data, [name]: path } = values;
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  return typeof path === 'string' ? host.files.readText(absolute(directory, path)) : undefined;
}

function userToken(
  host: Host,
  directory: string,
  { token, tokenFile: path }: Readonly<Record<string, unknown>>,
): Credentials['token'] {
  if (typeof token === 'string') return () => token;
  return typeof path === 'string' ? tokenFile(host, absolute(directory, path)) : undefined;
}

function absolute(directory: string, path: string): string {
  return path.startsWith('/') ? path : `${directory}/${path}`;
}

/** Returns a function that reads a token, and reads it again after a minute. */
function tokenFile(host: Host, path: string): () => string {
  let token = '';
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - readAt < TOKEN_AGE) return token;
    token = host.files.readText(path).trim();
    readAt = performance.now();
    return token;
  };
}

function credentialsError(message: string, options: { hint?: string } = {}): HaosError<ApiErrorCode> {
  return new HaosError('HAOS_API_CREDENTIALS', message, options);
}
