import type { Host } from '@haos/host';
import { readSecureBoot } from '@haos/host/internal';
import { formatEntry } from '../boot/boot-entries.js';
import {
  type BootImage,
  bootImageNames,
  hasRoot,
  MAX_BOOT_IMAGE,
  readBootImage,
} from '../boot/boot-image.js';
import { entriesDirectory, findUnusedEntries, readEntries, usedSets } from '../boot/esp.js';
import { type ReleaseSet, versionDirectory } from '../components.js';
import { kernelKind } from '../kernel-kind.js';
import { inRootOf } from '../layout.js';
import type { System } from '../open-system.js';
import { imageArchitecture } from '../release/image-architecture.js';
import { isSignedFor, readDatabase } from '../secure-boot/efi-signature.js';
import type { BootImageChoice, UpgradePlan } from './check.js';

/** Where boot images may be, beside the source of the components. */
export interface BootImageOptions {
  bootImage?: string;
  image: { iso?: string };
}

/** The images that a boot image verifies, as components and files. */
const VERIFIED = { haos: 'rootfs.squashfs', kernel: 'kernel.squashfs' } as const;

/** Bytes to keep free on the EFI system partition. */
const SPARE = 1024 * 1024;

/**
 * Finds the boot image of an upgrade on a node that systemd-boot starts: a given one, that of the
 * release, or, if haos and the kernel stay, one that the node has.
 */
export async function findBootImage(
  system: System,
  plan: UpgradePlan,
  options: BootImageOptions,
): Promise<BootImageChoice> {
  const { host } = system;
  const isFile = (path: string) => host.files.stat(path)?.type === 'file';
  const given = options.bootImage === undefined ? undefined : [options.bootImage];
  const paths = given ?? [...releasePaths(plan, options), ...entryPaths(system, plan.target)];
  let first: BootImageChoice | undefined;
  for (const path of paths.filter(isFile)) {
    const problem = await findProblem(system, plan, path);
    if (problem === undefined) return { from: path };
    first ??= { problem, hint: 'Use the boot image that was made with this release: docs/secure-boot.md.' };
  }
  if (first !== undefined) return first;
  return {
    problem: given
      ? `the file ${given[0]} does not exist`
      : 'the release has no signed boot image for this node',
    hint: `Name one with --boot-image, or put it at ${releasePaths(plan, options)[0]}.`,
  };
}

/** Returns where a local release has the boot image. */
function releasePaths(
  { host, source, offered, target }: UpgradePlan,
  { image: { iso } }: BootImageOptions,
): string[] {
  const directory = iso === undefined ? source : iso.replace(/[^/]*\.iso$/i, '');
  const architecture = imageArchitecture(host, source, offered) ?? 'amd64';
  const kind = target.kernel === undefined ? 'generic' : kernelKind(target.kernel);
  return bootImageNames(kind, architecture).map((name) => `${directory.replace(/\/*$/, '')}/${name}`);
}

/** Returns the boot images of the node that start these versions, and that it keeps. */
function entryPaths(system: System, { haos, kernel }: ReleaseSet): string[] {
  const { host, directory } = system;
  const entries = entriesDirectory(host, directory);
  const used = usedSets(system);
  return readEntries(host, directory)
    .filter(({ set }) => used.includes(set))
    .filter(({ set }) => set.startsWith(`${haos}/`) && set.endsWith(`/${kernel}`))
    .map((entry) => `${entries}/${formatEntry(entry)}`);
}

/** Says why a file cannot be the boot image of the target; undefined if it can. */
async function findProblem(system: System, plan: UpgradePlan, path: string): Promise<string | undefined> {
  const { host, directory } = system;
  const { target } = plan;
  const image = readBootImage(host, path);
  if (image === undefined) return `${path} is not a boot image of HAOS`;
  if (image.haos !== target.haos || image.kernel !== target.kernel)
    return `${path} starts HAOS ${image.haos} with the kernel ${image.kernel}, not ${target.haos} with ${target.kernel}`;
  const other = await findOtherImage(plan, image);
  if (other !== undefined) return `${path} was made for another ${other}`;
  if (!(await isTrusted(system, path))) return `${path} is not signed with a key that the firmware trusts`;
  const entries = entriesDirectory(host, directory) ?? '';
  const unused = findUnusedEntries(host, directory, usedSets(system));
  const room = host.files.freeSpace(entries) + sum(unused.map((file) => sizeOf(host, file)));
  return sizeOf(host, path) + SPARE > room
    ? 'the EFI system partition has no room for the boot image'
    : undefined;
}

/**
 * Returns whether the firmware would start a program. systemd-boot does not go on to another one if
 * it refuses.
 */
async function isTrusted({ host, directory }: System, path: string): Promise<boolean> {
  const database = readDatabase(host, directory);
  if (database === undefined || readSecureBoot(host, inRootOf(directory, '')) !== true) return true;
  return isSignedFor(host.files.read(path, { maxBytes: MAX_BOOT_IMAGE }), database);
}

/** Returns the path of an image of the target that a boot image would refuse. */
async function findOtherImage(plan: UpgradePlan, { images }: BootImage): Promise<string | undefined> {
  const { host, source, destination, offered, target } = plan;
  for (const component of ['haos', 'kernel'] as const) {
    const version = target[component] ?? '';
    const from = offered[component] === version ? source : destination;
    const path = `${versionDirectory(from, component, version)}/${VERIFIED[component]}`;
    const isThere = host.files.stat(path)?.type === 'file';
    if (!isThere || !(await hasRoot(host, path, images[component]))) return path;
  }
  return undefined;
}

function sizeOf(host: Host, path: string): number {
  return host.files.stat(path)?.size ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
