import { type Host, isHaosError } from '@haos/host';

/** Milliseconds. */
const LIMIT = 30_000;
const PAUSE = 25;
const IPV6_DEFAULT = /^0{32} 00 /;

/**
 * Waits until there is a route out of the machine, at most half a minute. Does not wait without an
 * interface.
 */
export async function waitForNetwork(host: Host): Promise<void> {
  const end = host.clock.now() + LIMIT;
  if (interfacesOf(host).length > 0 && !hasRoute(host)) await loadClient(host);
  while (interfacesOf(host).length > 0 && !hasRoute(host) && host.clock.now() < end)
    await host.clock.sleep(PAUSE);
}

/** Loads the HTTP client while there is time for it. Sends no request. */
async function loadClient(host: Host): Promise<void> {
  await host.fetch('http://127.0.0.1/', { signal: AbortSignal.abort() }).catch(() => {});
}

/** Returns the interfaces that have hardware. */
export function interfacesOf({ files }: Host): string[] {
  const directory = '/sys/class/net';
  if (files.stat(directory)?.type !== 'directory') return [];
  return files.list(directory).filter((name) => files.stat(`${directory}/${name}/device`) !== undefined);
}

/**
 * Any IPv4 route is enough, because the services are link-local. For IPv6, which has routes even
 * without a network, only the default route counts.
 */
function hasRoute(host: Host): boolean {
  const ipv4 = linesOfFile(host, '/proc/net/route').slice(1);
  const ipv6 = linesOfFile(host, '/proc/net/ipv6_route');
  return ipv4.length > 0 || ipv6.some((line) => IPV6_DEFAULT.test(line) && !/\slo$/.test(line));
}

function linesOfFile({ files }: Host, path: string): string[] {
  try {
    return (files.readTextIfExists(path) ?? '').split('\n').filter((line) => line.trim() !== '');
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return [];
  }
}
