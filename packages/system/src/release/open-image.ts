import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { type Check, failed } from '../check.js';
import type { KernelKind } from '../kernel-kind.js';
import { layout } from '../layout.js';
import { machineArchitecture } from '../machine-architecture.js';
import { checkOfError } from './checks.js';
import { type DownloadIsoOptions, downloadIso, isUrl } from './download-iso.js';
import { findImage, type Image, verifyImage } from './image.js';
import { openIso } from './iso.js';

export { isUrl } from './download-iso.js';
export { openScratch } from './scratch.js';

/** Where the components of a release come from. */
export interface ImageSource extends Pick<DownloadIsoOptions, 'sha256' | 'insecure' | 'keys'> {
  /** A directory with the components. Default `/haos/system`; ignored if there is an `iso`. */
  directory?: string;
  /**
   * An ISO: its path, or an http or https URL. A directory, or a URL that ends with a slash, means
   * the ISO in it that is for this machine.
   */
  iso?: string;
  /**
   * The kind of kernel to take. Default: that which the release boots; an upgrade keeps the kind of
   * the node.
   */
  kernelKind?: KernelKind;
  /** A separate directory for downloads, mounts and unpacked files. Default `/run/haos/image`. */
  scratch?: string;
}

/** A source, and how to reach it. */
export type ImageOptions = ImageSource & DownloadIsoOptions;

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
  const { checks, directory } = await openSource(host, cleanUp, options);
  if (directory === undefined) return { checks };
  const { check, image } = findImage(host, directory, options.kernelKind);
  if (!image) return { checks: [...checks, check] };
  const verified = await verifyImage(host, image, options.signal);
  return { checks: [...checks, check, verified], ...(verified.ok && { image }) };
}

/**
 * Makes the directory with the components readable until the clean-up, without looking into it.
 * The directory is undefined if a check failed.
 */
export async function openSource(
  host: Host,
  cleanUp: CleanUp,
  options: ImageOptions,
): Promise<{ checks: Check[]; directory?: string }> {
  const { directory = layout.system, scratch = '/run/haos/image' } = options;
  if (options.iso === undefined) return { checks: [], directory };
  const iso = await chooseIso(host, options.iso);
  const { checks, path } = isUrl(iso)
    ? await downloadIso(host, cleanUp, { ...options, url: iso, directory: scratch })
    : await findIso(host, { ...options, iso });
  if (path === undefined) return { checks };
  try {
    return { checks, directory: await openIso(host, cleanUp, { iso: path, scratch }) };
  } catch (error) {
    return { checks: [...checks, checkOfError(error, { id: 'image', hint: 'Name another ISO.' })] };
  }
}

/** Returns the ISO for this machine if `iso` is a place with the ISOs of a release. */
export async function chooseIso(host: Host, iso: string): Promise<string> {
  const isPlace = isUrl(iso) ? iso.endsWith('/') : host.files.stat(iso)?.type === 'directory';
  if (!isPlace) return iso;
  return `${iso.replace(/\/+$/, '')}/haos-${await machineArchitecture(host)}.iso`;
}

/** Checks an ISO that is a local file. It is read only if an option names its digest. */
async function findIso(
  host: Host,
  { iso, sha256, signal }: ImageOptions & { iso: string },
): Promise<{ checks: Check[]; path?: string }> {
  const refuse = (message: string, hint: string) => ({ checks: [failed('image', message, hint)] });
  if (host.files.stat(iso)?.type !== 'file')
    return refuse(`the file ${iso} does not exist`, 'Name an ISO of HAOS.');
  const found = sha256 && (await host.files.digest(iso, { signal }));
  if (found === sha256?.toLowerCase()) return { checks: [], path: iso };
  return refuse(`the sha256 of ${iso} is ${found}, not ${sha256}`, 'Download it again, or check the digest.');
}
