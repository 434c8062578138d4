import { type Check, type Host, layout } from '@haos/system';
import type { CleanUp } from '../clean-up.js';
import { findImage, type Image, verifyImage } from '../image.js';
import { openIso } from '../iso.js';

/** Where the image comes from. */
export interface ImageOptions {
  /** A directory with the components. Default `/haos/system`; not looked at when there is an `iso`. */
  image?: string;
  /** The path of an ISO. */
  iso?: string;
  /** A directory of its own for what is mounted or unpacked meanwhile. Default `/run/haos/image`. */
  scratch?: string;
  signal?: AbortSignal;
}

export interface OpenedImage {
  checks: readonly Check[];
  /** Undefined when a check failed. Its files are there until the clean-up. */
  image?: Image;
}

/**
 * Makes the files of an image readable and verifies them: the one way to an image, wherever it is. What was mounted or
 * unpacked for it is given back by the clean-up.
 */
export async function openImage(host: Host, cleanUp: CleanUp, options: ImageOptions): Promise<OpenedImage> {
  const { image: directory = layout.system, iso, scratch = '/run/haos/image', signal } = options;
  const opened =
    iso === undefined ? directory : `${await openIso(host, cleanUp, { iso, scratch })}/haos/system`;
  const { check, image } = findImage(host, opened);
  if (!image) return { checks: [check] };
  const checksums = await verifyImage(host, image, signal);
  return checksums.ok ? { checks: [check, checksums], image } : { checks: [check, checksums] };
}
