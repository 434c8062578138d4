import { type Host, isHaosError } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { MAX_BOOT_IMAGE } from '../boot/boot-image.js';
import type { DownloadIsoOptions } from './download-iso.js';
import { beside, fetchDigest } from './fetch-digest.js';

export interface DownloadProgramOptions extends DownloadIsoOptions {
  /** A file of the release, or its place with a slash at the end. */
  url: string;
  /** The names that the program may have beside it; the first one that is there is taken. */
  names: readonly string[];
  /** Where it is kept until the clean-up. */
  path: string;
}

/**
 * Downloads a boot image or a boot loader of a release. Its digest is in the signed checksums of
 * the release, unless an option says how the ISO is verified: then only the signature of the
 * program itself is. Resolves to undefined if the release has none. HAOS_HTTP_*.
 */
export async function downloadProgram(
  host: Host,
  cleanUp: CleanUp,
  { url, names, path, ...options }: DownloadProgramOptions,
): Promise<string | undefined> {
  const { insecure, sha256: ofIso, keys, proxy, signal } = options;
  const isListed = ofIso === undefined && !insecure;
  for (const name of names) {
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

/** Returns the architecture that a URL of a release names; default amd64. */
export function architectureIn(url: string): string {
  return /-(amd64|arm64)\.iso$/i.exec(new URL(url).pathname)?.[1] ?? 'amd64';
}
