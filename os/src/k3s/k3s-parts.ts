import { digestOf } from '../digest.js';

/** A file that goes into the image. */
export interface K3sFile {
  /** Its path on this machine. */
  path: string;
  /** Its name in the image. */
  name: string;
  /** Lower-case hex. */
  sha256: string;
  /** Bytes. */
  size: number;
  /** Whether `os/versions.json` pins it. */
  isPinned: boolean;
}

/** The parts of k3s in an image. */
export interface K3sParts {
  /** As the program prints it, such as v1.36.4+k3s1. */
  version: string;
  program: K3sFile;
  /** The images of k3s's own pods, for nodes that cannot reach a registry. */
  images?: K3sFile;
}

/**
 * Returns the name of the component on nodes. Images with different content never have the same
 * name:
 *
 * - `v1.36.4+k3s1`: the pinned program
 * - `v1.36.4+k3s1.airgap`: with the pinned images
 * - `v1.36.4+k3s1.g1a2b3c4d`: with files given by hand; a digest of the content follows the version
 */
export function nameK3s({ version, program, images }: K3sParts): string {
  if (program.isPinned && images === undefined) return version;
  if (program.isPinned && images?.isPinned) return `${version}.airgap`;
  const digest = images === undefined ? program.sha256 : digestOf([program.sha256, images.sha256]);
  return `${version}.g${digest.slice(0, 8)}`;
}
