import { proxyOf, readConfig } from '@haos/cc';
import { type CleanUp, openImage, openScratch } from '@haos/install';
import { type Check, type Host, layout, type ProxySettings } from '@haos/system';
import type { Context } from '../command.js';
import { usageError } from '../failure.js';
import { printDownload } from '../install/print-install.js';

/** Where releases are; a directory of it is named as a version, with its artefacts. */
const RELEASES = 'https://github.com/1898andCo/HAOS/releases';

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
  /** What was found on the way. */
  checks: readonly Check[];
  /** The directory with the components, until the clean-up; undefined when a check failed. */
  directory?: string;
}

/** Makes the components of an ISO readable; the caller holds a lock. What comes over the network is verified before it is looked into. */
export async function openSource(
  cleanUp: CleanUp,
  { host, source, sha256, isInsecure, signal, context }: SourceOptions,
): Promise<OpenedSource> {
  const scratch = layout.upgradeScratch;
  await openScratch(host, cleanUp, scratch);
  const { checks, image } = await openImage(host, cleanUp, {
    iso: await locate(host, source),
    scratch,
    ...(sha256 !== undefined && { isoSha256: sha256 }),
    isInsecure,
    proxy: await readProxy(host),
    signal,
    onDownload: printDownload(context, 'upgrade'),
  });
  return image ? { checks, directory: image.directory } : { checks };
}

async function readProxy(host: Host): Promise<ProxySettings> {
  const { config } = await readConfig(host);
  return proxyOf(config.haos?.environment ?? {});
}

/** The path or the URL of an ISO. */
async function locate(host: Host, source: string): Promise<string> {
  if (source.startsWith('/') || /^https?:\/\//i.test(source)) return source;
  const name = `haos-${await nameArchitecture(host)}.iso`;
  if (source === 'latest') return `${RELEASES}/latest/download/${name}`;
  if (/^v\d[\w.+-]*$/.test(source)) return `${RELEASES}/download/${encodeURIComponent(source)}/${name}`;
  throw usageError(`${source} is no source`, 'name a path, a URL, a version such as v1.1.0, or latest');
}

async function nameArchitecture(host: Host): Promise<string> {
  const { stdout } = await host.run('uname', ['-m'], { readOnly: true });
  return stdout.trim() === 'aarch64' ? 'arm64' : 'amd64';
}
