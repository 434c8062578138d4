import type { FetchOptions, Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { type Check, readSlots } from '@haos/system';
import {
  type BootFiles,
  checkEnrolment,
  checkOfError,
  type EnrolmentPlan,
  failed,
  type Image,
  imageArchitecture,
  nameSet,
  openBootFiles,
  passed,
  startedProgram,
} from '@haos/system/internal';
import {
  copyToEfi,
  makeEfiDirectories,
  placeEfiEntry,
  removeGrub,
  removeUnusedEntries,
} from '../disk/efi-partition.js';
import { type DiskFirmware, EFI_SIZE, listFirmware } from '../disk/partitions.js';
import type { ExistingLayout } from '../disk/places.js';
import type { BootOptions, Installation } from '../options.js';

const ID = 'boot-image';

/** Bytes to keep free on the EFI system partition, for its own tables and for what it has. */
const SPARE = 8 * 1024 * 1024;

export interface BootFilesFacts {
  image: Image | undefined;
  firmware: DiskFirmware;
  existing: ExistingLayout | undefined;
}

/**
 * Finds and checks what starts a machine with own keys, if the options name it. A node that has
 * boot images must get one: they would start its old system, whatever else is written.
 */
export async function findBootFiles(
  host: Host,
  cleanUp: CleanUp,
  {
    options,
    image,
    firmware,
    existing,
  }: BootFilesFacts & { options: Installation & Pick<FetchOptions, 'proxy' | 'signal'> },
): Promise<{ checks: readonly Check[]; files?: BootFiles }> {
  const { bootImage, loader = true } = options.boot ?? {};
  const refuse = (message: string, hint: string) => ({ checks: [failed(ID, message, hint)] });
  if (bootImage === undefined) {
    if (!existing?.entries.length) return { checks: [] };
    const hint = `Name the boot image of this version with --boot-image. For GRUB, delete EFI/Linux/haos-* on ${existing.efi}.`;
    return refuse(`${existing.efi} has signed boot images, which start the system that is there now`, hint);
  }
  if (!loader)
    return refuse('a boot image needs its boot loader', 'Leave out --no-bootloader or the boot image.');
  if (!listFirmware(firmware).includes('efi'))
    return refuse('only EFI starts a boot image', 'Boot the machine with EFI, or add --force-efi.');
  // Another check failed, and without an image there is nothing to compare with.
  if (!image) return { checks: [] };
  const { scratch } = options.image ?? {};
  const usesTpm = options.target?.encrypt?.tpm === true;
  const { check, files } = await openBootFiles(host, cleanUp, {
    ...options,
    ...options.image,
    ...{ bootImage, image, scratch, usesTpm },
  });
  if (!files) return { checks: [check] };
  const room = existing ? (existing.efiRoom ?? 0) : EFI_SIZE * 1024 * 1024;
  if (sizeOfFiles(host, files) + SPARE <= room) return { checks: [check], files };
  const where = existing?.efi ?? 'the EFI system partition';
  return refuse(`${where} has no room for the boot image`, 'Free some space there, such as old boot images.');
}

/** Checks the keys that are enrolled after an installation, if the options name them. */
export async function findKeys(
  host: Host,
  { enrollKeys, bootImage }: BootOptions,
  files: BootFiles | undefined,
): Promise<{ checks: readonly Check[]; keys?: EnrolmentPlan['keys'] }> {
  const id = 'keys';
  if (enrollKeys === undefined) return { checks: [] };
  if (bootImage === undefined) {
    const message = 'with keys of your own the firmware refuses GRUB';
    return { checks: [failed(id, message, 'Name a boot image with --boot-image.')] };
  }
  // Another check failed.
  if (!files) return { checks: [] };
  try {
    const keys = await checkEnrolment(host, enrollKeys, [files.image, files.loader]);
    return { checks: [passed(id, `${enrollKeys} has keys that the firmware takes`)], keys };
  } catch (error) {
    return { checks: [checkOfError(error, { id, hint: 'Name a directory with the .auth files.' })] };
  }
}

/** Returns the bytes that the files need. */
export function sizeOfFiles({ files }: Host, { image, loader }: BootFiles): number {
  return [image, loader].reduce((sum, path) => sum + (files.stat(path)?.size ?? 0), 0);
}

/** What systemd-boot reads; docs/secure-boot.md says what a person sees. */
const LOADER_CONFIG = 'timeout 2\neditor no\nauto-entries no\nsecure-boot-enroll off\n';

/**
 * Writes what starts the current set of a system directory to the EFI system partition: the boot
 * image under its name, and systemd-boot last. Until then, what was there starts the old system.
 * Removes GRUB and the boot images that no slot needs.
 */
export async function placeBootFiles(
  host: Host,
  { image, loader }: BootFiles,
  { efi, system }: { efi: string; system: string },
): Promise<void> {
  const { current, previous } = readSlots(host, system);
  const scratch = `${system}/boot-image`;
  await makeEfiDirectories(host, efi, ['EFI', 'EFI/BOOT', 'EFI/Linux', 'loader']);
  host.files.write(scratch, LOADER_CONFIG);
  await copyToEfi(host, efi, [scratch, 'loader/loader.conf']);
  await placeEfiEntry(host, efi, { from: image, set: nameSet(current), scratch });
  const program = startedProgram(imageArchitecture(host, system, current) ?? 'amd64');
  await copyToEfi(host, efi, [loader, `EFI/BOOT/${program}`]);
  await removeGrub(host, efi);
  await removeUnusedEntries(host, efi, [current, previous].map(nameSet));
  await host.run('sync', [efi]);
}
