import { proxyOf, readConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { type Check, layout } from '@haos/system';
import { locateRelease, openImage, openScratch } from '@haos/system/internal';
import type { Context } from '../command.js';
import { usageError } from '../failure.js';
import { printDownload } from '../install/print-install.js';

export interface SourceOptions {
  host: Host;
  /** An ISO, the URL of one, a version, or `latest`. */
  source: string;
  sha256: string | undefined;
  insecure: boolean;
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
  { host, source, sha256, insecure, signal, context }: SourceOptions,
): Promise<OpenedSource> {
  const { config } = await readConfig(host);
  const iso = await locateRelease(host, source, config.haos?.upgrade?.channel);
  if (iso === undefined)
    throw usageError(`${source} is not a source`, 'Name a path, a URL, a version such as v1.1.0, or latest.');
  const scratch = layout.upgradeScratch;
  await openScratch(host, cleanUp, scratch);
  const { checks, image } = await openImage(host, cleanUp, {
    iso,
    scratch,
    ...(sha256 !== undefined && { sha256 }),
    insecure,
    proxy: proxyOf(config.haos?.environment ?? {}),
    signal,
    onDownload: printDownload(context, 'upgrade'),
  });
  return image ? { checks, directory: image.directory } : { checks };
}
