import type { CloudConfig, Issue } from '@haos/cc';
import type { Host, ProxySettings } from '@haos/host';
import { type BlockDevice, type CleanUp, megabytes, withCleanUp } from '@haos/host/internal';
import { type Check, layout } from '@haos/system';
import { checkConsoles, findEfiLoader } from '@haos/system/internal';
import { findBiosModules } from './boot/boot-loader.js';
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
   * The whole disk, such as `/dev/vda`; default: the only one that fits. Without formatting, the
   * partition; default: the one labelled `HAOS_STATE`.
   */
  device?: string;
  /**
   * Partition and format the disk. Default true. False: the layout exists, and its persistent data
   * are kept.
   */
  format?: boolean;
  /** Install GRUB. Default true. False: only its menu is written. */
  bootLoader?: boolean;
  /** The configuration: an http or https URL, or a path. Default: that of the running system. */
  configUrl?: string;
  /**
   * Configuration to install in addition to that of the running system, such as answers to
   * questions; not with `configUrl`.
   */
  answers?: CloudConfig;
  /** Accept a downloaded configuration that configures nothing. Default false. */
  allowEmptyConfig?: boolean;
  /** Keep the configuration of an existing layout. Default: true without a `configUrl`. */
  keepConfig?: boolean;
  /** The firmware to install for. Default: that with which the running machine was booted. */
  firmware?: Firmware;
  /**
   * The console of the installed system, such as `ttyS0`. Default, also with `auto`: the consoles
   * in use.
   */
  tty?: string;
  /** Bytes that the disk or partition must have. Default 2 GB. */
  minimumSize?: number;
  /** The directory to mount the state partition on meanwhile. Default `/run/haos/install`. */
  mountPoint?: string;
  /** Refuse a disk with a state partition even if it is named. Default false. */
  keepState?: boolean;
  /**
   * A root directory with GRUB, and with programs that `host` runs, as `openToolbox` returns it.
   * Default: the running system.
   */
  tools?: string;
  proxy?: ProxySettings;
  signal?: AbortSignal;
}

/** The results of the checks that an installation needs. */
export interface Target {
  configuration: Configuration;
  image: Image;
  /** The disk to write to; with `existing`, the first disk below its partition. */
  disk: BlockDevice;
  firmware: Firmware;
  /** Whether the disk has a state partition, which will be lost. */
  replacesState: boolean;
  /** The layout to keep; undefined: the disk is partitioned and formatted. */
  existing?: ExistingLayout | undefined;
}

export interface Preflight {
  /** In the order in which they ran; the installation continues only if all are ok. */
  checks: readonly Check[];
  /** The issues of the configuration. */
  issues: readonly Issue[];
  texts: ReadonlyMap<string, string>;
  /** Undefined when a check failed. */
  target: Target | undefined;
}

/**
 * Checks everything that an installation needs. Writes nothing, and runs all checks even if one
 * fails.
 */
export function preflight(options: PreflightOptions): Promise<Preflight> {
  return withCleanUp((cleanUp) => prepare(options, cleanUp));
}

/**
 * Runs the same checks for an installation that follows: the files of the image are available until
 * the clean-up.
 */
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
  /** Bytes available for the components; undefined if no disk or partition was found. */
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

/** The default directory for the state partition. */
export const MOUNT_POINT = '/run/haos/install';

/** The share that ext4 needs for itself; a generous estimate. */
const OVERHEAD = 0.05;
/** Bytes to leave free beside the components, for the boot loader and the first files of a node. */
const SPARE = 32_000_000;

function roomOn(disk: BlockDevice, firmware: Firmware): number {
  const { partitions } = planPartitions({ firmware, size: disk.size });
  const start = findPartition({ table: 'gpt', partitions }, 'state').start * 1024 * 1024;
  return Math.floor((disk.size - start) * (1 - OVERHEAD));
}

function checkSpace({ size }: Image, room: number): Check {
  const ok = room >= size + SPARE;
  const message = `${megabytes(room)} MB are available, ${megabytes(size + SPARE)} MB are needed`;
  return {
    id: 'space',
    ok,
    message,
    ...(!ok && { hint: 'Free some space, or name a larger disk or partition.' }),
  };
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
  const how = options.firmware === undefined ? 'as this machine booted' : 'as requested';
  const message = `the disk will boot with ${FIRMWARE_NAMES[firmware]}, ${how}`;
  if (firmware === 'efi' || !bootLoader || !disk || disk.sectorSize === 512) return { id, ok: true, message };
  const hint = 'Boot the machine with EFI, or name another disk.';
  return {
    id,
    ok: false,
    message: `BIOS cannot boot from a disk with sectors of ${disk.sectorSize} bytes`,
    hint,
  };
}

/** Returns the firmware with which the machine was booted. */
export function detectFirmware(host: Host): Firmware {
  return host.files.stat('/sys/firmware/efi') ? 'efi' : 'bios';
}

const PROGRAMS = ['sfdisk', 'partx', 'lsblk', 'blkid', 'mkfs.ext4', 'dumpe2fs', 'e2label', 'mount', 'umount'];
const BOOT_PROGRAMS: Readonly<Record<Firmware, readonly string[]>> = {
  bios: ['grub-install'],
  efi: ['mmd', 'mcopy'],
};
const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

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
    ...(bootLoader ? findMissingLoader(host, firmware, tools) : []),
  ];
  if (missing.length === 0)
    return {
      id: 'programs',
      ok: true,
      message: `all programs for ${FIRMWARE_NAMES[firmware]} are installed`,
    };
  const message = `missing on this system: ${missing.join(', ')}`;
  return { id: 'programs', ok: false, message, hint: 'Install them, or install from the HAOS medium.' };
}

/** Returns the name of the boot loader if its files do not exist. */
function findMissingLoader(host: Host, firmware: Firmware, tools: string): string[] {
  if (firmware === 'bios') return findBiosModules(host, tools) ? [] : ['the modules of GRUB for BIOS'];
  return findEfiLoader(host, tools) ? [] : ['shim and GRUB for EFI, as signed by Debian'];
}
