import { type Host, isHaosError } from '@haos/host';
import { MetadataClient } from './metadata-client.js';
import type { Found, Metadata, MetadataService } from './types.js';
import { interfacesOf } from './wait-for-network.js';

export interface AskServiceOptions {
  /** Milliseconds until the service counts as not answering. */
  budget: number;
  /** Replaces the addresses of the service. */
  endpoint: string | undefined;
}

/**
 * Asks a service at all its addresses and returns the answer of the first one that responds. If
 * none responds, throws the error of the first address.
 */
export async function askService(
  service: MetadataService,
  host: Host,
  { budget, endpoint }: AskServiceOptions,
): Promise<Found> {
  const ending = new AbortController();
  const { signal } = ending;
  // Not AbortSignal.timeout: Node 20 may garbage-collect it when other signals depend on it.
  const timer = setTimeout(() => ending.abort(new DOMException('no answer in time', 'TimeoutError')), budget);
  try {
    const endpoints = endpoint === undefined ? endpointsOf(service, host) : [endpoint.replace(/\/$/, '')];
    return await Promise.any(
      endpoints.map((address) => askClient(service, host, new MetadataClient(host, address, { signal }))),
    );
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
}

function endpointsOf({ endpoints, isLinkLocal }: MetadataService, host: Host): string[] {
  const zones = isLinkLocal ? interfacesOf(host) : [];
  return [...endpoints, ...zones.map((name) => `http://[fe80::a9fe:a9fe%25${name}]`)];
}

async function askClient(
  service: MetadataService,
  host: Host,
  client: MetadataClient,
  isSecond = false,
): Promise<Found> {
  const opened = service.open ? await service.open(client) : client;
  const [first, second] = await Promise.allSettled([
    service.userData(opened),
    service.metadata(opened, host),
  ]);
  // A service that restarts may forget a token, so this gets a new one, once.
  const isForgotten = service.open && !isSecond && [first, second].some(isUnauthorized);
  if (isForgotten) return askClient(service, host, client, true);
  return combine(first, second);
}

/**
 * Combines the results. The user data counts unless the rest shows that another service answers.
 */
function combine(
  userData: PromiseSettledResult<Uint8Array | undefined>,
  metadata: PromiseSettledResult<Metadata>,
): Found {
  if (metadata.status === 'rejected' && isHaosError(metadata.reason, 'HAOS_CC_DATA_SOURCE_ANSWER'))
    throw metadata.reason;
  const failed = [userData, metadata].filter((result) => result.status === 'rejected');
  if (failed.length === 2) throw failed[0]?.reason;
  return {
    userData: userData.status === 'fulfilled' ? userData.value : undefined,
    metadata: metadata.status === 'fulfilled' ? metadata.value : {},
    problem: failed[0] && String((failed[0].reason as Error).message),
  };
}

function isUnauthorized(result: PromiseSettledResult<unknown>): boolean {
  return (
    result.status === 'rejected' &&
    isHaosError(result.reason, 'HAOS_HTTP_STATUS') &&
    result.reason.details.status === 401
  );
}
