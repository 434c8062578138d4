import { liveHost } from '@haos/host';
import {
  type ApiClient,
  type ClientOptions,
  type Credentials,
  createClient,
  type Lease,
  RESOURCES,
  readKubeconfig,
} from '@haos/operator/internal';
import type { ApiServer } from '../kubernetes/api-server.js';

/** Connects as an administrator. */
export function connect(server: ApiServer, options: Partial<ClientOptions> = {}): Promise<ApiClient> {
  return connectAs(readKubeconfig(liveHost(), server.kubeconfig), options);
}

/** Connects with other credentials, such as the token of a service account. */
export function connectAs(
  credentials: Credentials,
  options: Partial<ClientOptions> = {},
): Promise<ApiClient> {
  return createClient(credentials, { clock: liveHost().clock, userAgent: 'haos-test', ...options });
}

/** Returns a small object, for lists and watches. */
export function leaseOf(name: string, holderIdentity = '', namespace = 'default'): Lease {
  const { apiVersion, kind } = RESOURCES.lease;
  return {
    apiVersion,
    kind,
    metadata: { namespace, name },
    spec: { holderIdentity },
  };
}

/** Calls `work` for each item, at most 16 at a time. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const run = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, run));
}
