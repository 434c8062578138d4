import { type Host, isHaosError, type ProxySettings, redactUrl } from '@haos/host';
import { type CleanUp, megabytes, mountOf, readMounts } from '@haos/host/internal';
import type { Check } from '@haos/system';
import { fetchDigest } from '@haos/system/internal';

export interface DownloadImageOptions {
  /** The SHA-256 digest in lower-case hex; an ISO with a digest does not need a signature. */
  isoSha256?: string;
  /**
   * Public keys in PEM that may have signed the checksums of the release. Default: those of the
   * running image.
   */
  releaseKeys?: readonly string[];
  /** Accept an image from a URL without a signature. Default false. */
  isInsecure?: boolean;
  proxy?: ProxySettings;
  signal?: AbortSignal;
  /** Reports the bytes received and, if the server reports it, the total. */
  onDownload?: (bytes: number, total: number | undefined) => void;
}

/** File systems that keep their files in memory. */
const MEMORY = ['tmpfs', 'ramfs', 'rootfs'];
/** Bytes of memory to leave free for the installation itself. */
const RESERVE = 128 * 1024 * 1024;

/** Returns whether an image is named by a URL rather than by a path. */
export function isUrl(iso: string): boolean {
  return /^https?:\/\//i.test(iso);
}

/**
 * Downloads an ISO into a directory, until the clean-up. The expected digest is known beforehand:
 * an option names it, or the signed checksums of the release do.
 */
export async function downloadImage(
  host: Host,
  cleanUp: CleanUp,
  { url, directory, ...options }: DownloadImageOptions & { url: string; directory: string },
): Promise<{ check: Check; path?: string }> {
  const id = 'download';
  const path = `${directory}/downloaded.iso`;
  if (!host.download) return { check: { id, ok: false, message: 'this host cannot download' } };
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
    const proof = sha256 === undefined ? 'not verified' : 'checksum matches';
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

/**
 * Returns how many bytes a download may use there. In memory, the installation itself needs some,
 * too.
 */
function findRoom(host: Host, directory: string): number {
  const free = host.files.freeSpace(directory);
  if (!MEMORY.includes(mountOf(readMounts(host), directory)?.type ?? '')) return free;
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(
    host.files.readTextIfExists('/proc/meminfo') ?? '',
  )?.[1];
  return available === undefined ? free : Math.min(free, Math.max(Number(available) * 1024 - RESERVE, 0));
}

function tooLarge(url: string, room: number): Check {
  const message = `${redactUrl(url)} does not fit: ${megabytes(room)} MB are available`;
  const hint = 'Give the machine more memory, or boot it from the ISO.';
  return { id: 'download', ok: false, message, hint };
}
