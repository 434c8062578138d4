import { type Host, isHaosError } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { bootImageNames, MAX_BOOT_IMAGE } from '../boot/boot-image.js';
import type { KernelKind } from '../kernel-kind.js';
import type { DownloadIsoOptions } from './download-iso.js';
import { beside, fetchDigest } from './fetch-digest.js';

/**
 * Downloads the boot image that a release has beside its ISO, until the clean-up. Its digest is in
 * the signed checksums of the release, unless an option says how the ISO is verified: then only the
 * signature of the boot image itself is. Resolves to undefined if the release has none.
 * HAOS_HTTP_*.
 */
export async function downloadBootImage(
  host: Host,
  cleanUp: CleanUp,
  {
    url,
    kind,
    directory,
    ...options
  }: DownloadIsoOptions & { url: string; kind: KernelKind; directory: string },
): Promise<string | undefined> {
  const path = `${directory}/boot-image.efi`;
  const { insecure, sha256: ofIso, keys, proxy, signal } = options;
  const isListed = ofIso === undefined && !insecure;
  for (const name of bootImageNames(kind, architectureIn(url))) {
    const from = beside(url, name);
    try {
      const sha256 = isListed ? await fetchDigest(host, from, { keys, proxy, signal }) : undefined;
      cleanUp.always(() => void host.files.remove(path));
      await host.download?.(from, path, { maxBytes: MAX_BOOT_IMAGE, sha256, proxy, signal });
      return path;
    } catch (error) {
      if (!isHaosError(error, isListed ? 'HAOS_RELEASE_UNKNOWN' : 'HAOS_HTTP_STATUS')) throw error;
    }
  }
  return undefined;
}

function architectureIn(url: string): string {
  return /-(amd64|arm64)\.iso$/i.exec(new URL(url).pathname)?.[1] ?? 'amd64';
}
