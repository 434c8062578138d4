import { proxyOf, readConfig } from '@haos/cc/internal';
import { HaosError, type Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { openImage, openScratch } from '@haos/install/internal';
import { type Check, layout } from '@haos/system';
import { PROJECT } from '@haos/system/internal';
import type { Context } from '../command.js';
import { usageError } from '../failure.js';
import { printDownload } from '../install/print-install.js';

export interface SourceOptions {
  host: Host;
  /** An ISO, the URL of one, a version, or `latest`. */
  source: string;
  sha256: string | undefined;
  isInsecure: boolean;
  signal: AbortSignal;
  context: Context;
}

export interface OpenedSource {
  /** The checks that ran while the source was opened. */
  checks: readonly Check[];
  /** The directory with the components, until the clean-up; undefined when a check failed. */
  directory?: string;
}

/**
 * Makes the components of an ISO readable; the caller holds a lock. A source from the network is
 * verified before it is opened.
 */
export async function openSource(
  cleanUp: CleanUp,
  { host, source, sha256, isInsecure, signal, context }: SourceOptions,
): Promise<OpenedSource> {
  const { config } = await readConfig(host);
  const iso = await locate(host, source, config.haos?.upgrade?.channel);
  const scratch = layout.upgradeScratch;
  await openScratch(host, cleanUp, scratch);
  const { checks, image } = await openImage(host, cleanUp, {
    iso,
    scratch,
    ...(sha256 !== undefined && { isoSha256: sha256 }),
    isInsecure,
    proxy: proxyOf(config.haos?.environment ?? {}),
    signal,
    onDownload: printDownload(context, 'upgrade'),
  });
  return image ? { checks, directory: image.directory } : { checks };
}

/** Returns the path or the URL of an ISO. */
async function locate(host: Host, source: string, channel: string | undefined): Promise<string> {
  if (source.startsWith('/') || /^https?:\/\//i.test(source)) return source;
  const isVersion = /^v\d[\w.+-]*$/.test(source);
  if (source !== 'latest' && !isVersion)
    throw usageError(`${source} is not a source`, 'Name a path, a URL, a version such as v1.1.0, or latest.');
  const releases = releasesOf(channel);
  const name = `haos-${await nameArchitecture(host)}.iso`;
  if (source === 'latest') return `${releases}/latest/download/${name}`;
  return `${releases}/download/${encodeURIComponent(source)}/${name}`;
}

/**
 * Returns the URL below which releases are, in the layout of GitHub: `latest`, which is the channel
 * of the upgrade controller, `latest/download` and `download/VERSION`. Throws
 * HAOS_UPGRADE_NO_CHANNEL if no channel is known.
 */
function releasesOf(channel: string | undefined): string {
  const releases = channel ? channel.replace(/\/+$/, '').replace(/\/latest$/, '') : PROJECT.releases;
  if (releases !== undefined) return releases;
  throw new HaosError('HAOS_UPGRADE_NO_CHANNEL', 'no release channel is configured', {
    hint: 'Set haos.upgrade.channel, or name the path or the URL of an ISO.',
  });
}

async function nameArchitecture(host: Host): Promise<string> {
  const { stdout } = await host.run('uname', ['-m'], { readOnly: true });
  return stdout.trim() === 'aarch64' ? 'arm64' : 'amd64';
}
