import { type CleanUp, downloadImage } from '@haos/install';
import type { Host } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { refusal, usageError } from '../failure.js';
import { printDownload } from '../install/print-install.js';

declare const HAOS_RELEASE_KEYS: readonly string[];

interface Wanted {
  /** An absolute path, or a URL. */
  iso: string;
  /** Where a download goes. */
  directory: string;
  invocation: Invocation;
  context: Context;
  signal: AbortSignal;
}

/** The path of the ISO, which was downloaded if it had to be, with the digest that was named. */
export async function bringIso(host: Host, cleanUp: CleanUp, wanted: Wanted): Promise<string> {
  const { iso, invocation, signal } = wanted;
  const sha256 = invocation.text('sha256')?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw usageError('a SHA-256 digest has 64 hexadecimal digits');
  if (!iso.startsWith('/')) return download(host, cleanUp, { ...wanted, sha256 });
  if (host.files.stat(iso)?.type !== 'file')
    throw refusal(`there is no file ${iso}`, 'name the ISO; nothing was written');
  if (sha256 !== undefined && (await host.files.digest(iso, { signal })) !== sha256)
    throw refusal(`${iso} does not have the digest that --sha256 names`, 'download it again');
  return iso;
}

async function download(
  host: Host,
  cleanUp: CleanUp,
  { iso: url, directory, sha256, invocation, context, signal }: Wanted & { sha256: string | undefined },
): Promise<string> {
  const { check, path } = await downloadImage(host, cleanUp, {
    url,
    directory,
    releaseKeys: HAOS_RELEASE_KEYS,
    isInsecure: invocation.has('insecure'),
    ...(sha256 !== undefined && { isoSha256: sha256 }),
    onDownload: printDownload(context, 'install'),
    signal,
  });
  if (path === undefined) throw refusal(check.message, check.hint ?? 'check the address and the network');
  return path;
}
