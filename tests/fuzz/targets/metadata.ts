import { HaosError, type Host, isHaosError } from '@haos/host';
import { utf8 } from '@haos/host/internal';
import { MetadataClient } from '../../../packages/cc/src/datasources/metadata-client.js';
import { services } from '../../../packages/cc/src/datasources/services.js';

const SERVICES = Object.values(services);
const SEPARATOR = '\n--\n';

/**
 * The answers of a metadata service, one after the other; the first byte chooses the service. A
 * wrong answer is a HaosError.
 */
export async function fuzz(data: Uint8Array): Promise<void> {
  const [index = 0] = data;
  const service = SERVICES[index % SERVICES.length];
  if (service === undefined) return;
  const host = hostWith(utf8(data.subarray(1)).split(SEPARATOR));
  const client = new MetadataClient(host, 'http://169.254.169.254', { signal: new AbortController().signal });
  try {
    const opened = (await service.open?.(client)) ?? client;
    await service.userData(opened);
    await service.metadata(opened, host);
  } catch (error) {
    if (!isHaosError(error)) throw error;
  }
}

/** Returns a host whose requests get the answers, and then "not found". */
function hostWith(answers: readonly string[]): Host {
  const rest = answers.map((answer) => new TextEncoder().encode(answer));
  const fetch: Host['fetch'] = async (url) => {
    const body = rest.shift();
    if (body === undefined)
      throw new HaosError('HAOS_HTTP_STATUS', `${url}: 404`, { details: { status: 404 } });
    return { status: 200, headers: { 'metadata-flavor': 'Google' }, body };
  };
  const files = { list: () => [], readTextIfExists: () => undefined, stat: () => undefined };
  const clock = { now: () => new Date(0) };
  return { fetch, files, clock } as unknown as Host;
}
