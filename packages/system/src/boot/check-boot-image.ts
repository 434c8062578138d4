import type { Host } from '@haos/host';
import { readSecureBoot } from '@haos/host/internal';
import { type Component, type ReleaseSet, versionDirectory } from '../components.js';
import { inRootOf } from '../layout.js';
import { isSignedFor, readTrust } from '../secure-boot/efi-signature.js';
import { type BootImage, hasRoot, MAX_BOOT_IMAGE, readBootImage } from './boot-image.js';

/** What a boot image has to start, and where. */
export interface BootImageTarget {
  set: ReleaseSet;
  /** Returns the system directory in which a component of the set is now. */
  directoryOf(component: Component): string;
  /** The system directory of the machine whose firmware starts the boot image. */
  node: string;
  /** Whether the TPM is to open the data of the node that it starts. */
  usesTpm?: boolean;
  /** The lowest floor for which the TPM opens them. Default 0. */
  floor?: number;
}

/** The boot image of an installation or an upgrade: the file to copy, or why there is none. */
export type BootImageChoice =
  | { from: string; loader?: BootLoaderChoice | undefined; problem?: undefined }
  | { from?: undefined; problem: string; hint: string };

/** A boot loader to copy over another one, or why the other one stays. */
export type BootLoaderChoice =
  | { from: string; to: string; problem?: undefined }
  | { from?: undefined; problem: string };

/** The images that a boot image verifies, as components and files. */
const VERIFIED = { haos: 'rootfs.squashfs', kernel: 'kernel.squashfs' } as const;

/**
 * Returns the first of these files without a problem, else the problem of the first one that is
 * there; undefined if none is.
 */
export async function chooseBootImage(
  host: Host,
  paths: readonly string[],
  findProblem: (path: string) => Promise<string | undefined>,
): Promise<BootImageChoice | undefined> {
  let first: BootImageChoice | undefined;
  for (const path of paths.filter((candidate) => host.files.stat(candidate)?.type === 'file')) {
    const problem = await findProblem(path);
    if (problem === undefined) return { from: path };
    first ??= { problem, hint: 'Use the boot image that was made with this release: docs/secure-boot.md.' };
  }
  return first;
}

/** Says why a file cannot be the boot image of a set; undefined if it can. */
export async function findBootImageProblem(
  host: Host,
  path: string,
  target: BootImageTarget,
): Promise<string | undefined> {
  const { haos, kernel, k3s } = target.set;
  const image = readBootImage(host, path);
  if (image === undefined) return `${path} is not a boot image of HAOS`;
  if (image.haos !== haos || image.kernel !== kernel)
    return `${path} starts HAOS ${image.haos} with the kernel ${image.kernel}, not ${haos} with ${kernel}`;
  if (target.usesTpm) {
    if (!image.isForTpm) return `${path} is not signed for the TPM: it was built without --pcr-key`;
    // Early boot would refuse the other one.
    if (image.k3s !== k3s)
      return `${path} has the checksums of k3s ${image.k3s ?? 'none'}, not of ${k3s ?? 'none'}`;
    const { floor = 0 } = target;
    if (image.floor < floor)
      return `the TPM does not open the data for ${path}: its floor is ${image.floor}, not at least ${floor}`;
  }
  const other = await findOtherImage(host, image, target);
  if (other !== undefined) return `${path} was made for another ${other}`;
  return findTrustProblem(host, path, target.node);
}

/** Says that the firmware of a machine would not start a program; undefined if it would. */
export async function findTrustProblem(host: Host, path: string, node: string): Promise<string | undefined> {
  const database = readTrust(host, node);
  // Without Secure Boot, as in setup mode, the firmware starts every program.
  if (database === undefined || readSecureBoot(host, inRootOf(node, '')) !== true) return undefined;
  return (await isSignedFor(host.files.read(path, { maxBytes: MAX_BOOT_IMAGE }), database))
    ? undefined
    : `${path} is not signed with a key that the firmware trusts`;
}

/** Returns the path of an image of the set that a boot image would refuse. */
async function findOtherImage(
  host: Host,
  { images }: BootImage,
  { set, directoryOf }: BootImageTarget,
): Promise<string | undefined> {
  for (const component of ['haos', 'kernel'] as const) {
    const directory = versionDirectory(directoryOf(component), component, set[component] ?? '');
    const path = `${directory}/${VERIFIED[component]}`;
    const isThere = host.files.stat(path)?.type === 'file';
    if (!isThere || !(await hasRoot(host, path, images[component]))) return path;
  }
  return undefined;
}
