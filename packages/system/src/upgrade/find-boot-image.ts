import type { Host } from '@haos/host';
import { formatEntry } from '../boot/boot-entries.js';
import { bootImageNames, bootLoaderName, isBootLoader, MAX_BOOT_IMAGE } from '../boot/boot-image.js';
import {
  type BootImageChoice,
  type BootLoaderChoice,
  chooseBootImage,
  findBootImageProblem,
} from '../boot/check-boot-image.js';
import { startedProgram } from '../boot/efi-loader.js';
import { entriesDirectory, findUnusedEntries, readEntries, usedSets } from '../boot/esp.js';
import type { ReleaseSet } from '../components.js';
import { readFloor } from '../floor.js';
import { kernelKind } from '../kernel-kind.js';
import { inRootOf, layout } from '../layout.js';
import type { System } from '../open-system.js';
import { imageArchitecture } from '../release/image-architecture.js';
import { isSignedFor, readTrust } from '../secure-boot/efi-signature.js';
import type { UpgradePlan } from './check.js';

/** Where boot images may be, beside the source of the components. */
export interface BootImageOptions {
  bootImage?: string;
  image: { iso?: string };
}

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
  const given = options.bootImage === undefined ? undefined : [options.bootImage];
  const paths = given ?? [...releasePaths(plan, options), ...entryPaths(system, plan.target)];
  const chosen = await chooseBootImage(system.host, paths, (path) => findProblem(system, plan, path));
  if (chosen?.from !== undefined)
    return { ...chosen, loader: await findBootLoader(system, plan, chosen.from) };
  if (chosen !== undefined) return chosen;
  return {
    problem: given
      ? `the file ${given[0]} does not exist`
      : 'the release has no signed boot image for this node',
    hint: `Name one with --boot-image, or put it at ${releasePaths(plan, options)[0]}.`,
  };
}

/**
 * Returns what to do with the boot loader beside a boot image; undefined if there is none, or if
 * the node has it already. The firmware must trust it, whether Secure Boot is on or not: nothing
 * returns to the old one.
 */
async function findBootLoader(
  { host, directory }: System,
  { source, offered }: UpgradePlan,
  bootImage: string,
): Promise<BootLoaderChoice | undefined> {
  const { files } = host;
  const isFile = (path: string) => files.stat(path)?.type === 'file';
  const architecture = imageArchitecture(host, source, offered) ?? 'amd64';
  const from = `${bootImage.replace(/[^/]*$/, '')}${bootLoaderName(architecture)}`;
  const to = inRootOf(directory, `${layout.efi}/EFI/BOOT/${startedProgram(architecture)}`) ?? '';
  if (![from, to].every(isFile) || !isBootLoader(host, to)) return undefined;
  if ((await files.digest(from)) === (await files.digest(to))) return undefined;
  if (!isBootLoader(host, from)) return { problem: `${from} is not systemd-boot` };
  const database = readTrust(host, directory);
  const program = files.read(from, { maxBytes: MAX_BOOT_IMAGE });
  if (database !== undefined && (await isSignedFor(program, database))) return { from, to };
  return { problem: `${from} is not signed with a key that the firmware trusts` };
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
  const { source, destination, offered, target } = plan;
  const floor = readFloor(host, directory);
  const problem = await findBootImageProblem(host, path, {
    set: target,
    directoryOf: (component) => (offered[component] === target[component] ? source : destination),
    node: directory,
    usesTpm: host.files.stat(inRootOf(directory, layout.tpm) ?? '') !== undefined,
    floor: floor?.next ?? floor?.current ?? 0,
  });
  if (problem !== undefined) return problem;
  const entries = entriesDirectory(host, directory) ?? '';
  const unused = findUnusedEntries(host, directory, usedSets(system));
  const room = host.files.freeSpace(entries) + sum(unused.map((file) => sizeOf(host, file)));
  return sizeOf(host, path) + SPARE > room
    ? 'the EFI system partition has no room for the boot image'
    : undefined;
}

function sizeOf(host: Host, path: string): number {
  return host.files.stat(path)?.size ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
