import { type CleanUp, downloadImage } from '@haos/install';
import type { Host, ProxySettings } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { refusal } from '../failure.js';
import { printDownload } from '../install/print-install.js';

declare const HAOS_RELEASE_KEYS: readonly string[];

interface Wanted {
  /** An absolute path, or a URL. */
  iso: string;
  /** What it has to be, in lower-case hex; undefined: nobody said. */
  sha256: string | undefined;
  /** Where a download goes. */
  directory: string;
  proxy: ProxySettings;
  invocation: Invocation;
  context: Context;
  signal: AbortSignal;
}

/** The path of the ISO, which was downloaded if it had to be, and has the digest that was named. */
export async function bringIso(host: Host, cleanUp: CleanUp, wanted: Wanted): Promise<string> {
  const { iso, sha256, signal } = wanted;
  if (!iso.startsWith('/')) return download(host, cleanUp, wanted);
  if (host.files.stat(iso)?.type !== 'file')
    throw refusal(`there is no file ${iso}`, 'name the ISO; nothing was written');
  if (sha256 !== undefined && (await host.files.digest(iso, { signal })) !== sha256)
    throw refusal(`${iso} does not have the digest that --sha256 names`, 'download it again');
  return iso;
}

async function download(
  host: Host,
  cleanUp: CleanUp,
  { iso: url, directory, proxy, sha256, invocation, context, signal }: Wanted,
): Promise<string> {
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
  if (path === undefined) throw refusal(check.message, check.hint ?? 'check the address and the network');
  return path;
}
