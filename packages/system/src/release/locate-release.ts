import { HaosError, type Host } from '@haos/host';
import type { SystemErrorCode } from '../errors.js';
import { machineArchitecture } from '../machine-architecture.js';
import { PROJECT } from '../project.js';
import { isUrl } from './download-iso.js';

/**
 * Returns the path or the URL of the ISO that a source names: a path, a URL, a version such as
 * `v1.1.0`, or `latest`. Undefined if it is none of them. `channel`: as in `haos.upgrade.channel`;
 * default: that of the project. Throws HAOS_UPGRADE_NO_CHANNEL if no channel is known.
 */
export async function locateRelease(
  host: Host,
  source: string,
  channel: string | undefined,
): Promise<string | undefined> {
  if (source.startsWith('/') || isUrl(source)) return source;
  if (source !== 'latest' && !/^v\d[\w.+-]*$/.test(source)) return undefined;
  const releases = releasesOf(channel);
  const name = `haos-${await machineArchitecture(host)}.iso`;
  if (source === 'latest') return `${releases}/latest/download/${name}`;
  return `${releases}/download/${encodeURIComponent(source)}/${name}`;
}

/**
 * Returns the URL below which releases are, in the layout of GitHub: `latest`, which is the channel
 * of the upgrade controller, `latest/download` and `download/VERSION`.
 */
function releasesOf(channel: string | undefined): string {
  const releases = channel ? channel.replace(/\/+$/, '').replace(/\/latest$/, '') : PROJECT.releases;
  if (releases !== undefined) return releases;
  throw new HaosError<SystemErrorCode>('HAOS_UPGRADE_NO_CHANNEL', 'no release channel is configured', {
    hint: 'Set haos.upgrade.channel, or name the path or the URL of an ISO.',
  });
}
