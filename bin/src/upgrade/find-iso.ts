import { proxyOf, readConfig } from '@haos/cc/internal';
import type { Host, ProxySettings } from '@haos/host';
import { locateRelease } from '@haos/system/internal';
import { usageError } from '../failure.js';

/**
 * Returns the ISO that a source names: a path, a URL, a version, or `latest` in the channel of the
 * configuration. Also returns the proxies for a download.
 */
export async function findIso(host: Host, source: string): Promise<{ iso: string; proxy: ProxySettings }> {
  const { upgrade, environment = {} } = (await readConfig(host)).config.haos ?? {};
  const iso = await locateRelease(host, source, upgrade?.channel);
  if (iso !== undefined) return { iso, proxy: proxyOf(environment) };
  throw usageError(`${source} is not a source`, 'Name a path, a URL, a version such as v1.1.0, or latest.');
}
