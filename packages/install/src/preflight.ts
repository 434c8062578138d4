import type { CloudConfig, Issue } from '@haos/cc';
import type { Host, ProxySettings } from '@haos/host';
import { type BlockDevice, type CleanUp, megabytes, withCleanUp } from '@haos/host/internal';
import { type Check, layout } from '@haos/system';
import { checkConsoles } from './boot/console.js';
import { type Configuration, findConfiguration } from './configuration.js';
import { findDevice } from './disk/device.js';
import { findExisting, readFreeSpace } from './disk/existing.js';
import { type Firmware, findPartition, planPartitions } from './disk/partitions.js';
import type { ExistingLayout } from './disk/places.js';
import type { Image } from './image/image.js';
import { type ImageOptions, openImage } from './image/open-image.js';

export interface PreflightOptions extends ImageOptions {
  host: Host;
  /**
   * The whole disk, such as `/dev/vda`; without it the only one that fits is taken. Without formatting: the partition; without it
   * the one that is labelled `HAOS_STATE`.
   */
  device?: string;
  /** Default true. False: the layout exists already, and what persists on it is kept. */
  format?: boolean;
  /** Default true. False: GRUB is not installed; only its menu is written. */
  bootLoader?: boolean;
  /** The configuration: an http or https URL, or a path. Default: what is configured on the running system. */
  configUrl?: string;
  /** What is installed beside what is configured on the running system, such as answers to questions; not with `configUrl`. */
  answers?: CloudConfig;
  /** Default false: a fetched configuration that configures nothing is refused. */
  allowEmptyConfig?: boolean;
  /** Without formatting, a configuration that is there stays. Default: when no `configUrl` is given. */
  keepConfig?: boolean;
  /** Default: how the running machine was started. */
  firmware?: Firmware;
  /** The console of the installed system, such as `ttyS0`; `auto` and nothing: those in use now. */
  tty?: string;
  /** Bytes the disk or partition has to have; default 2 GB. */
  minimumSize?: number;
  /** A directory that the state partition is mounted on meanwhile. Default `/run/haos/install`. */
  mountPoint?: string;
  /** Refuse a disk with a state partition even when it is named. Default false. */
  keepState?: boolean;
  /** A root directory with GRUB, and with programs that `host` runs, as `openToolbox` makes one; default: the running system. */
  tools?: string;
  proxy?: ProxySettings;
  signal?: AbortSignal;
}

/** What the checks found; an installation needs all of it. */
export interface Target {
  configuration: Configuration;
  image: Image;
  /** What is written to; with `existing` the first disk below its partition. */
  disk: BlockDevice;
  firmware: Firmware;
  /** The disk has a state partition, which will be lost. */
  replacesState: boolean;
  /** The layout that is kept; undefined: the disk is divided and formatted. */
  existing?: ExistingLayout | undefined;
}

export interface Preflight {
  /** In the order they were made; the installation goes on only when all are ok. */
  checks: readonly Check[];
  /** What is wrong in the configuration. */
  issues: readonly Issue[];
  texts: ReadonlyMap<string, string>;
  /** Undefined when a check failed. */
  target: Target | undefined;
}

/** Checks everything that an installation needs. Writes nothing, and does not stop at the first failure. */
export function preflight(options: PreflightOptions): Promise<Preflight> {
  return withCleanUp((cleanUp) => prepare(options, cleanUp));
}

/** The same for an installation that follows: the files of the image are there until the clean-up. */
export async function prepare(options: PreflightOptions, cleanUp: CleanUp): Promise<Preflight> {
  const { host } = options;
  const commandLine = host.files.readTextIfExists(layout.kernelCommandLine) ?? '';
  const config = await findConfiguration(host, options);
  const firmware = options.firmware ?? detectFirmware(host);
  const bootLoader = options.bootLoader ?? true;
  const programs = checkPrograms(host, { firmware, bootLoader, tools: options.tools });
  const place = await findPlace(host, { ...options, firmware, bootLoader, commandLine });
  const { checks: imageChecks, image } = await openImage(host, cleanUp, options);
  const { disk, replacesState, existing } = place;
  const firmwareCheck = checkFirmware(firmware, { options, bootLoader, disk });
  const space = image && place.room !== undefined ? [checkSpace(image, place.room)] : [];
  const consoles = checkConsoles(options.tty, commandLine);
  const checks = [config.check, ...imageChecks, programs, firmwareCheck, consoles, ...place.checks, ...space];
  const { configuration, issues, texts } = config;
  const isComplete = checks.every(({ ok }) => ok) && configuration && image && disk;
  const target = isComplete ? { configuration, image, disk, firmware, replacesState, existing } : undefined;
  return { checks, issues, texts, target };
}

interface Place {
  checks: readonly Check[];
  disk?: BlockDevice | undefined;
  existing?: ExistingLayout | undefined;
  replacesState: boolean;
  /** Bytes for the components; undefined where there is no place at all. */
  room?: number | undefined;
}

async function findPlace(
  host: Host,
  options: PreflightOptions & { firmware: Firmware; bootLoader: boolean; commandLine: string },
): Promise<Place> {
  const { format = true, mountPoint = MOUNT_POINT, device } = options;
  const common = { ...options, mountPoint, device };
  if (!format) {
    const { checks, disk, existing } = await findExisting(host, common);
    const room = existing && (await readFreeSpace(host, existing.state));
    return { checks, disk, existing, replacesState: false, room };
  }
  const found = await findDevice(host, common);
  return { ...found, room: found.disk && roomOn(found.disk, options.firmware) };
}

/** Where the state partition is mounted, unless something else is said. */
export const MOUNT_POINT = '/run/haos/install';

/** What ext4 keeps for itself, generously. */
const OVERHEAD = 0.05;
/** Bytes left free beside the components: the boot loader, and what a node writes first. */
const SPARE = 32_000_000;

function roomOn(disk: BlockDevice, firmware: Firmware): number {
  const { partitions } = planPartitions({ firmware, size: disk.size });
  const start = findPartition({ table: 'gpt', partitions }, 'state').start * 1024 * 1024;
  return Math.floor((disk.size - start) * (1 - OVERHEAD));
}

function checkSpace({ size }: Image, room: number): Check {
  const ok = room >= size + SPARE;
  const message = `there is room for ${megabytes(room)} MB, ${megabytes(size + SPARE)} MB are needed`;
  return { id: 'space', ok, message, ...(!ok && { hint: 'Make room, or name a larger one.' }) };
}

const FIRMWARE_NAMES: Readonly<Record<Firmware, string>> = { bios: 'BIOS', efi: 'EFI' };

function checkFirmware(
  firmware: Firmware,
  {
    options,
    bootLoader,
    disk,
  }: { options: PreflightOptions; bootLoader: boolean; disk: BlockDevice | undefined },
): Check {
  const id = 'firmware';
  const how = options.firmware === undefined ? 'as this machine was started' : 'as asked for';
  const message = `the disk is made for ${FIRMWARE_NAMES[firmware]}, ${how}`;
  if (firmware === 'efi' || !bootLoader || !disk || disk.sectorSize === 512) return { id, ok: true, message };
  const hint = 'Start the machine by EFI, or name another disk.';
  return {
    id,
    ok: false,
    message: `no BIOS starts from a disk with sectors of ${disk.sectorSize} bytes`,
    hint,
  };
}

/** How the machine was started. */
export function detectFirmware(host: Host): Firmware {
  return host.files.stat('/sys/firmware/efi') ? 'efi' : 'bios';
}

const PROGRAMS = ['sfdisk', 'partx', 'lsblk', 'blkid', 'mkfs.ext4', 'dumpe2fs', 'e2label', 'mount', 'umount'];
const BOOT_PROGRAMS: Readonly<Record<Firmware, readonly string[]>> = {
  bios: ['grub-install'],
  efi: ['grub-mkimage', 'mmd', 'mcopy'],
};
const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What GRUB takes its modules from, by firmware; only x86 is installed with BIOS. */
const GRUB_MODULES: Readonly<Record<Firmware, readonly string[]>> = {
  bios: ['i386-pc'],
  efi: ['x86_64-efi', 'arm64-efi'],
};

function checkPrograms(
  host: Host,
  {
    firmware,
    bootLoader,
    tools = '',
  }: { firmware: Firmware; bootLoader: boolean; tools?: string | undefined },
): Check {
  const places = ['', tools].flatMap((root) => DIRECTORIES.map((directory) => `${root}${directory}`));
  const isMissing = (name: string) =>
    places.every((directory) => host.files.stat(`${directory}/${name}`) === undefined);
  const missing = [
    ...[...PROGRAMS, ...(firmware === 'efi' ? ['mkfs.vfat'] : [])].filter(isMissing),
    ...(bootLoader ? BOOT_PROGRAMS[firmware].filter(isMissing) : []),
    ...(!bootLoader || findGrubTarget(host, firmware, tools) ? [] : [`the modules of GRUB for ${firmware}`]),
  ];
  if (missing.length === 0)
    return { id: 'programs', ok: true, message: `all programs for ${FIRMWARE_NAMES[firmware]} are there` };
  const message = `missing on this system: ${missing.join(', ')}`;
  return { id: 'programs', ok: false, message, hint: 'Install them, or install from the HAOS medium.' };
}

/** The name of GRUB's platform to install; undefined when its modules are not there. */
export function findGrubTarget(host: Host, firmware: Firmware, tools = ''): string | undefined {
  return GRUB_MODULES[firmware].find(
    (name) => host.files.stat(`${tools}/usr/lib/grub/${name}`) !== undefined,
  );
}
