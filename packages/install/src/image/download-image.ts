import { type Host, isHaosError, type ProxySettings, redactUrl } from '@haos/host';
import { type CleanUp, megabytes } from '@haos/host/internal';
import type { Check } from '@haos/system';
import { fetchDigest } from '@haos/system/internal';
import { findFileSystem } from './find-file-system.js';

export interface DownloadImageOptions {
  /** Lower-case hex. What it pins needs no signature. */
  isoSha256?: string;
  /** Public keys in PEM that may have signed the checksums of its release; default: those of the running image. */
  releaseKeys?: readonly string[];
  /** Take an image from a URL although nothing tells who made it. Default false. */
  isInsecure?: boolean;
  proxy?: ProxySettings;
  signal?: AbortSignal;
  /** Bytes that have come, and all of them, where the server tells. */
  onDownload?: (bytes: number, total: number | undefined) => void;
}

/** File systems whose files take memory. */
const MEMORY = ['tmpfs', 'ramfs', 'rootfs'];
/** Bytes of memory that stay free for the installation itself. */
const RESERVE = 128 * 1024 * 1024;

/** Whether an image is named by its address rather than by its path. */
export function isUrl(iso: string): boolean {
  return /^https?:\/\//i.test(iso);
}

/**
 * Downloads an ISO into a directory, until the clean-up. Who made it is known beforehand: its digest is pinned, or stands in the
 * signed checksums of its release.
 */
export async function downloadImage(
  host: Host,
  cleanUp: CleanUp,
  { url, directory, ...options }: DownloadImageOptions & { url: string; directory: string },
): Promise<{ check: Check; path?: string }> {
  const id = 'download';
  const path = `${directory}/downloaded.iso`;
  if (!host.download) return { check: { id, ok: false, message: 'nothing can be downloaded here' } };
  host.files.makeDirectory(directory, { mode: 0o700 });
  const room = findRoom(host, directory);
  try {
    const sha256 = await findDigest(host, url, options);
    cleanUp.always(() => void host.files.remove(path));
    const { proxy, signal, onDownload: onProgress } = options;
    const { size } = await host.download(url, path, {
      maxBytes: room,
      ...(sha256 !== undefined && { sha256 }),
      ...(proxy && { proxy }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    const proof = sha256 === undefined ? 'nobody vouches for it' : 'it is what was meant';
    return {
      check: { id, ok: true, message: `${megabytes(size)} MB from ${redactUrl(url)}: ${proof}` },
      path,
    };
  } catch (error) {
    if (!isHaosError(error) || options.signal?.aborted) throw error;
    if (error.code === 'HAOS_HTTP_TOO_LARGE') return { check: tooLarge(url, room) };
    const hint = error.hint ?? 'Check the address and the network.';
    return { check: { id, ok: false, message: error.message, hint } };
  }
}

async function findDigest(
  host: Host,
  url: string,
  { isoSha256, releaseKeys: keys, isInsecure = false, proxy, signal }: DownloadImageOptions,
): Promise<string | undefined> {
  if (isoSha256 !== undefined) return isoSha256;
  if (isInsecure) return undefined;
  return fetchDigest(host, url, {
    ...(keys && { keys }),
    ...(proxy && { proxy }),
    ...(signal && { signal }),
  });
}

/** Bytes that a download may take there. A file in memory takes what the installation needs, too. */
function findRoom(host: Host, directory: string): number {
  const free = host.files.freeSpace(directory);
  if (!MEMORY.includes(findFileSystem(host, directory) ?? '')) return free;
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(
    host.files.readTextIfExists('/proc/meminfo') ?? '',
  )?.[1];
  return available === undefined ? free : Math.min(free, Math.max(Number(available) * 1024 - RESERVE, 0));
}

function tooLarge(url: string, room: number): Check {
  const message = `${redactUrl(url)} does not fit: there is room for ${megabytes(room)} MB`;
  const hint = 'Give the machine more memory, or start it from the ISO.';
  return { id: 'download', ok: false, message, hint };
}
