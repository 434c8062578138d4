import type { Issue } from '@haos/cc';
import type { FetchOptions, Host } from '@haos/host';
import { type BlockDevice, type CleanUp, withCleanUp } from '@haos/host/internal';
import type { Check } from '@haos/system';
import {
  type BootFiles,
  checkArchitecture,
  checkConsoles,
  checkSpace,
  type EnrolmentPlan,
  failed,
  findEfiLoader,
  type Image,
  type ImageOptions,
  imageArchitecture,
  openImage,
  passed,
} from '@haos/system/internal';
import { findBiosModules } from './boot/boot-loader.js';
import { findBootFiles, findKeys, sizeOfFiles } from './boot/own-keys.js';
import { readCommandLine } from './boot/read-command-line.js';
import { type Configuration, findConfiguration } from './configuration.js';
import { findDevice } from './disk/device.js';
import { findExisting, readFreeSpace } from './disk/existing.js';
import {
  type DiskFirmware,
  type Firmware,
  findPartition,
  listFirmware,
  planPartitions,
} from './disk/partitions.js';
import type { ExistingLayout } from './disk/places.js';
import type { BootOptions, Installation, TargetOptions } from './options.js';
import { checkTpm, findEncryption } from './passphrase.js';

export interface PreflightOptions
  extends Installation,
    Pick<FetchOptions, 'proxy' | 'signal'>,
    Pick<ImageOptions, 'onDownload'> {
  host: Host;
}

/** What an installation will do, as the checks found it. */
export interface InstallPlan {
  configuration: Configuration;
  image: Image;
  /** The disk to write to; with `existing`, the first disk below its partition. */
  disk: BlockDevice;
  firmware: DiskFirmware;
  /** Whether the disk has a state partition, which will be lost. */
  replacesState: boolean;
  /** The layout to keep; undefined: the disk is partitioned and formatted. */
  existing?: ExistingLayout | undefined;
  /** What starts the system instead of GRUB, on a machine with own keys. */
  bootFiles?: BootFiles | undefined;
  /** The certificates that the firmware of this machine gets afterwards. */
  keys?: EnrolmentPlan['keys'] | undefined;
  /** Whether the data are encrypted. */
  isEncrypted?: boolean;
  /** Whether the TPM is to open the data, too. */
  usesTpm?: boolean;
}

export interface Preflight {
  /** In the order in which they ran; the installation continues only if all are ok. */
  checks: readonly Check[];
  /** The issues of the configuration. */
  issues: readonly Issue[];
  texts: ReadonlyMap<string, string>;
  /** Undefined when a check failed. */
  plan: InstallPlan | undefined;
}

/**
 * Checks everything that an installation needs. Writes nothing, and runs all checks even if one
 * fails.
 */
export function preflight(options: PreflightOptions): Promise<Preflight> {
  return withCleanUp(async (cleanUp) => {
    const { passphrase: _, ...found } = await prepare(options, cleanUp);
    return found;
  });
}

/** What an installation needs; the passphrase is not in the plan, which people see. */
interface Preparation extends Preflight {
  passphrase: string | undefined;
}

/**
 * Runs the same checks for an installation that follows: the files of the image are available until
 * the clean-up.
 */
export async function prepare(options: PreflightOptions, cleanUp: CleanUp): Promise<Preparation> {
  const { host, boot = {} } = options;
  const { commandLine = readCommandLine(host) } = boot;
  const config = await findConfiguration(host, { ...options, ...options.config });
  const firmware = boot.firmware ?? detectFirmware(host);
  const place = await findPlace(host, { ...options.target, firmware, loader: boot.loader, commandLine });
  const { checks: imageChecks, image } = await openImage(host, cleanUp, { ...options, ...options.image });
  const { disk, replacesState, existing } = place;
  const encryption = await findEncryption(host, { ...options.target, data: existing?.data });
  const tpm = checkTpm(host, options);
  const programs = checkPrograms(host, firmware, { ...boot, encrypts: encryption !== undefined });
  const firmwareCheck = checkFirmware(firmware, { boot, disk });
  const architecture = image && boot.loader !== false ? [checkLoader(host, { firmware, boot, image })] : [];
  const own = await findBootFiles(host, cleanUp, { options, image, firmware, existing });
  const keys = await findKeys(host, boot, own.files);
  const needed = (image?.size ?? 0) + (own.files ? sizeOfFiles(host, own.files) : 0);
  const space = image && place.room !== undefined ? [checkRoom(needed, place.room)] : [];
  const consoles = own.files ? ofBootImage() : checkConsoles(boot.tty, commandLine);
  const checks = [
    config.check,
    ...imageChecks,
    ...architecture,
    programs,
    firmwareCheck,
    consoles,
    ...place.checks,
    ...own.checks,
    ...keys.checks,
    ...(encryption ? [encryption.check] : []),
    ...(tpm ? [tpm] : []),
    ...space,
  ];
  const { configuration, issues, texts } = config;
  const isComplete = checks.every(({ ok }) => ok) && configuration && image && disk;
  const isEncrypted = encryption !== undefined;
  const usesTpm = tpm !== undefined;
  const work = {
    firmware,
    replacesState,
    existing,
    isEncrypted,
    usesTpm,
    bootFiles: own.files,
    keys: keys.keys,
  };
  const plan = isComplete ? { configuration, image, disk, ...work } : undefined;
  return { checks, issues, texts, plan, passphrase: encryption?.passphrase };
}

interface Place {
  checks: readonly Check[];
  disk?: BlockDevice | undefined;
  existing?: ExistingLayout | undefined;
  replacesState: boolean;
  /** Bytes available for the components; undefined if no disk or partition was found. */
  room?: number | undefined;
}

async function findPlace(
  host: Host,
  options: TargetOptions & { firmware: DiskFirmware; loader: boolean | undefined; commandLine: string },
): Promise<Place> {
  const { format = true, loader = true, mountPoint = MOUNT_POINT } = options;
  if (!format) {
    const { checks, disk, existing } = await findExisting(host, { ...options, mountPoint, loader });
    const room = existing && (await readFreeSpace(host, existing.state));
    return { checks, disk, existing, replacesState: false, room };
  }
  const found = await findDevice(host, { ...options, mountPoint });
  const encrypts = options.encrypt !== undefined;
  return { ...found, room: found.disk && roomOn(found.disk, { firmware: options.firmware, encrypts }) };
}

/** The default directory for the state partition. */
export const MOUNT_POINT = '/run/haos/install';

/** The share that ext4 needs for itself; a generous estimate. */
const OVERHEAD = 0.05;
/** Bytes to leave free beside the components, for the boot loader and the first files of a node. */
const SPARE = 32_000_000;
const MIB = 1024 * 1024;

function roomOn({ size }: BlockDevice, how: { firmware: DiskFirmware; encrypts: boolean }): number {
  const state = findPartition(planPartitions({ ...how, size }), 'state');
  const room = state.size === undefined ? size - state.start * MIB : state.size * MIB;
  return Math.floor(room * (1 - OVERHEAD));
}

function checkRoom(size: number, room: number): Check {
  const hint = 'Free some space, or name a larger disk or partition.';
  return checkSpace({ room, needed: size + SPARE, hint });
}

function ofBootImage(): Check {
  return passed('console', 'the boot image names the consoles of the installed system');
}

const FIRMWARE_NAMES: Readonly<Record<DiskFirmware, string>> = {
  bios: 'BIOS',
  efi: 'EFI',
  both: 'BIOS and EFI',
};

function checkFirmware(
  firmware: DiskFirmware,
  { boot, disk }: { boot: BootOptions; disk: BlockDevice | undefined },
): Check {
  const id = 'firmware';
  const how = boot.firmware === undefined ? 'as this machine booted' : 'as requested';
  const message = `the disk will boot with ${FIRMWARE_NAMES[firmware]}, ${how}`;
  if (firmware === 'efi' || boot.loader === false || !disk || disk.sectorSize === 512)
    return passed(id, message);
  const hint = 'Boot the machine with EFI, or name another disk.';
  return failed(id, `BIOS cannot boot from a disk with sectors of ${disk.sectorSize} bytes`, hint);
}

/** Returns the firmware with which the machine was booted. */
export function detectFirmware(host: Host): Firmware {
  return host.files.stat('/sys/firmware/efi') ? 'efi' : 'bios';
}

const PROGRAMS = ['sfdisk', 'partx', 'lsblk', 'blkid', 'mkfs.ext4', 'dumpe2fs', 'e2label', 'mount', 'umount'];
const BOOT_PROGRAMS: Readonly<Record<Firmware, readonly string[]>> = {
  bios: ['grub-install'],
  efi: ['mmd', 'mcopy', 'mdir', 'mren', 'mdel'],
};
const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function checkPrograms(
  host: Host,
  firmware: DiskFirmware,
  { loader = true, tools = '', bootImage, encrypts }: BootOptions & { encrypts: boolean },
): Check {
  const places = ['', tools].flatMap((root) => DIRECTORIES.map((directory) => `${root}${directory}`));
  const isMissing = (name: string) =>
    places.every((directory) => host.files.stat(`${directory}/${name}`) === undefined);
  const wanted = listFirmware(firmware);
  const withGrub = wanted.filter((each) => each === 'bios' || bootImage === undefined);
  const missing = [
    ...[
      ...PROGRAMS,
      ...(wanted.includes('efi') ? ['mkfs.vfat'] : []),
      ...(encrypts ? ['cryptsetup'] : []),
    ].filter(isMissing),
    ...(loader ? wanted.flatMap((each) => BOOT_PROGRAMS[each]).filter(isMissing) : []),
    ...(loader ? withGrub.flatMap((each) => findMissingLoader(host, each, tools)) : []),
  ];
  if (missing.length === 0)
    return passed('programs', `all programs for ${FIRMWARE_NAMES[firmware]} are installed`);
  const message = `missing on this system: ${missing.join(', ')}`;
  return failed('programs', message, 'Install them, or install from the HAOS medium.');
}

/**
 * Checks whether the boot loader can start the kernel of the image. It is for the machine whose
 * programs install; only amd64 has a BIOS.
 */
function checkLoader(
  host: Host,
  { firmware, boot, image }: { firmware: DiskFirmware; boot: BootOptions; image: Image },
): Check {
  const hasBios = listFirmware(firmware).includes('bios');
  const machine = hasBios ? 'amd64' : findEfiLoader(host, boot.tools)?.architecture;
  return checkArchitecture({ image: imageArchitecture(host, image.directory, image.set), machine });
}

/** Returns the name of the boot loader if its files do not exist. */
function findMissingLoader(host: Host, firmware: Firmware, tools: string): string[] {
  if (firmware === 'bios') return findBiosModules(host, tools) ? [] : ['the modules of GRUB for BIOS'];
  return findEfiLoader(host, tools) ? [] : ['shim and GRUB for EFI, as signed by Debian'];
}
