import { type FetchOptions, type Host, isHaosError, redactUrl } from '@haos/host';
import { type CleanUp, megabytes, mountOf, readMounts } from '@haos/host/internal';
import { type Check, failed, passed } from '../check.js';
import { checkOfError } from './checks.js';
import { fetchDigest } from './fetch-digest.js';

export interface DownloadIsoOptions extends Pick<FetchOptions, 'proxy' | 'signal'> {
  /** The SHA-256 digest in hex; an ISO with a digest does not need a signature. */
  sha256?: string;
  /** Accept an ISO from a URL without a signature. Default false. */
  insecure?: boolean;
  /**
   * Public keys in PEM that may have signed the checksums of the release. Default: those of the
   * running image.
   */
  keys?: readonly string[];
  /** Reports the bytes received and, if the server reports it, the total. */
  onDownload?: (bytes: number, total: number | undefined) => void;
}

/** File systems that keep their files in memory. */
const MEMORY = ['tmpfs', 'ramfs', 'rootfs'];
/** Bytes of memory to leave free for the installation itself. */
const RESERVE = 128 * 1024 * 1024;

/** Returns whether an ISO is named by a URL rather than by a path. */
export function isUrl(iso: string): boolean {
  return /^https?:\/\//i.test(iso);
}

/**
 * Downloads an ISO into a directory, until the clean-up. The expected digest is known beforehand:
 * an option names it, or the signed checksums of the release do.
 */
export async function downloadIso(
  host: Host,
  cleanUp: CleanUp,
  { url, directory, ...options }: DownloadIsoOptions & { url: string; directory: string },
): Promise<{ checks: Check[]; path?: string }> {
  const id = 'download';
  const path = `${directory}/downloaded.iso`;
  if (!host.download) return { checks: [{ id, ok: false, message: 'this host cannot download' }] };
  host.files.makeDirectory(directory, { mode: 0o700 });
  const room = findRoom(host, directory);
  const { insecure, keys, proxy, signal, onDownload: onProgress } = options;
  try {
    const known = options.sha256?.toLowerCase();
    const sha256 = known ?? (insecure ? undefined : await fetchDigest(host, url, { keys, proxy, signal }));
    cleanUp.always(() => void host.files.remove(path));
    const { size } = await host.download(url, path, { maxBytes: room, sha256, proxy, signal, onProgress });
    const proof = sha256 === undefined ? 'not verified' : 'checksum matches';
    const message = `${megabytes(size)} MB from ${redactUrl(url)}: ${proof}`;
    return { checks: [passed(id, message)], path };
  } catch (error) {
    const hint = 'Check the address and the network.';
    const check = checkOfError(error, { id, hint, signal });
    return { checks: [isHaosError(error, 'HAOS_HTTP_TOO_LARGE') ? tooLarge(url, room) : check] };
  }
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
  return failed('download', message, hint);
}
