import { type Host, isHaosError } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { type Check, layout } from '@haos/system';
import { type DownloadImageOptions, downloadImage, isUrl } from './download-image.js';
import { findImage, type Image, verifyImage } from './image.js';
import { openIso } from './iso.js';

/** The source of the image. */
export interface ImageOptions extends DownloadImageOptions {
  /** A directory with the components. Default `/haos/system`; ignored if there is an `iso`. */
  image?: string;
  /** An ISO: its path, or an http or https URL. */
  iso?: string;
  /** A separate directory for downloads, mounts and unpacked files. Default `/run/haos/image`. */
  scratch?: string;
}

export interface OpenedImage {
  checks: readonly Check[];
  /** Undefined if a check failed. Its files exist until the clean-up. */
  image?: Image;
}

/**
 * Makes the files of an image readable, wherever it is, and verifies them. The clean-up unmounts
 * and removes everything that was downloaded, mounted or unpacked.
 */
export async function openImage(host: Host, cleanUp: CleanUp, options: ImageOptions): Promise<OpenedImage> {
  const { image = layout.system, iso } = options;
  if (iso === undefined) return checkImage(host, image, options);
  const { checks, path } = await findIso(host, cleanUp, { ...options, iso });
  if (path === undefined) return { checks };
  const opened = await checkImage(host, path, options);
  return { ...opened, checks: [...checks, ...opened.checks] };
}

/** Returns the system directory of an ISO. */
async function findIso(
  host: Host,
  cleanUp: CleanUp,
  options: ImageOptions & { iso: string },
): Promise<{ checks: Check[]; path?: string }> {
  const { iso, scratch = '/run/haos/image' } = options;
  const { checks, path } = isUrl(iso)
    ? await downloaded(host, cleanUp, { ...options, url: iso, directory: scratch })
    : await onDisk(host, options);
  if (path === undefined) return { checks };
  try {
    return { checks, path: `${await openIso(host, cleanUp, { iso: path, scratch })}/haos/system` };
  } catch (error) {
    if (!isHaosError(error)) throw error;
    const hint = error.hint ?? 'Name another ISO.';
    return { checks: [...checks, { id: 'image', ok: false, message: error.message, hint }] };
  }
}

async function downloaded(
  host: Host,
  cleanUp: CleanUp,
  options: DownloadImageOptions & { url: string; directory: string },
): Promise<{ checks: Check[]; path?: string }> {
  const { check, ...found } = await downloadImage(host, cleanUp, options);
  return { ...found, checks: [check] };
}

/** Checks an ISO that is a local file. It is read only if an option names its digest. */
async function onDisk(
  host: Host,
  { iso, isoSha256, signal }: ImageOptions & { iso: string },
): Promise<{ checks: Check[]; path?: string }> {
  const id = 'image';
  if (host.files.stat(iso)?.type !== 'file')
    return {
      checks: [{ id, ok: false, message: `the file ${iso} does not exist`, hint: 'Name an ISO of HAOS.' }],
    };
  if (isoSha256 === undefined) return { checks: [], path: iso };
  const found = await host.files.digest(iso, signal ? { signal } : {});
  if (found === isoSha256.toLowerCase()) return { checks: [], path: iso };
  const hint = 'Download it again, or check the digest.';
  return { checks: [{ id, ok: false, message: `the sha256 of ${iso} is ${found}, not ${isoSha256}`, hint }] };
}

async function checkImage(host: Host, directory: string, { signal }: ImageOptions): Promise<OpenedImage> {
  const { check, image } = findImage(host, directory);
  if (!image) return { checks: [check] };
  const checksums = await verifyImage(host, image, signal);
  return checksums.ok ? { checks: [check, checksums], image } : { checks: [check, checksums] };
}
