import type { Host, ProxySettings } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { downloadImage } from '@haos/install/internal';
import type { Check } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { printDownload } from '../install/print-install.js';

declare const HAOS_RELEASE_KEYS: readonly string[];

interface Wanted {
  /** An absolute path, or a URL. */
  iso: string;
  /** The expected digest in lower-case hex; undefined: any. */
  sha256: string | undefined;
  /** The directory for a download. */
  directory: string;
  proxy: ProxySettings;
  invocation: Invocation<never, 'insecure'>;
  context: Context;
  signal: AbortSignal;
}

/**
 * Returns the path of the ISO, which is downloaded if necessary and has the expected digest; else
 * the check that failed.
 */
export async function bringIso(
  host: Host,
  cleanUp: CleanUp,
  wanted: Wanted,
): Promise<{ path: string } | { check: Check }> {
  const { iso, sha256, signal } = wanted;
  if (!iso.startsWith('/')) return download(host, cleanUp, wanted);
  const refuse = (message: string, hint: string) => ({
    check: { id: 'image' as const, ok: false, message, hint },
  });
  if (host.files.stat(iso)?.type !== 'file')
    return refuse(`the file ${iso} does not exist`, 'Name an ISO of HAOS.');
  if (sha256 === undefined) return { path: iso };
  const found = await host.files.digest(iso, { signal });
  if (found === sha256) return { path: iso };
  return refuse(`the sha256 of ${iso} is ${found}, not ${sha256}`, 'Download it again, or check the digest.');
}

async function download(
  host: Host,
  cleanUp: CleanUp,
  { iso: url, directory, proxy, sha256, invocation, context, signal }: Wanted,
): Promise<{ path: string } | { check: Check }> {
  const { check, path } = await downloadImage(host, cleanUp, {
    url,
    directory,
    releaseKeys: HAOS_RELEASE_KEYS,
    isInsecure: invocation.has('insecure'),
    ...(sha256 !== undefined && { isoSha256: sha256 }),
    onDownload: printDownload(context, 'install'),
    proxy,
    signal,
  });
  return path === undefined ? { check } : { path };
}
