import { digestOf } from '../digest.js';

/** A file that goes into the image. */
export interface K3sFile {
  /** Where it is on this machine. */
  path: string;
  /** What it is called in the image. */
  name: string;
  /** Lower-case hex. */
  sha256: string;
  /** Bytes. */
  size: number;
  /** Whether `os/versions.json` pins it. */
  isPinned: boolean;
}

/** What an image has of k3s. */
export interface K3sParts {
  /** As the program prints it, such as v1.36.4+k3s1. */
  version: string;
  program: K3sFile;
  /** The images of k3s's own pods, for nodes that reach no registry. */
  images?: K3sFile;
}

/**
 * The name of the component, under which nodes know it. Two images with different content never have the same name:
 *
 * - `v1.36.4+k3s1`: the pinned program
 * - `v1.36.4+k3s1.airgap`: with the pinned images
 * - `v1.36.4+k3s1.g1a2b3c4d`: something was given by hand; a digest of the content follows the version of the program
 */
export function nameK3s({ version, program, images }: K3sParts): string {
  if (program.isPinned && images === undefined) return version;
  if (program.isPinned && images?.isPinned) return `${version}.airgap`;
  const digest = images === undefined ? program.sha256 : digestOf([program.sha256, images.sha256]);
  return `${version}.g${digest.slice(0, 8)}`;
}
