import type { CloudConfig, Issue } from '@haos/cc';
import { type BlockDevice, type Check, type Host, layout, type ProxySettings } from '@haos/system';
import { type CleanUp, withCleanUp } from './clean-up.js';
import { type Configuration, findConfiguration } from './configuration.js';
import { findDevice } from './device.js';
import { type ImageOptions, openImage } from './image/open-image.js';
import type { Image } from './image.js';
import type { Firmware } from './partitions.js';

export interface PreflightOptions extends ImageOptions {
  host: Host;
  /** The whole disk, such as `/dev/vda`; without it the only one that fits is taken. */
  device?: string;
  /** The configuration: an http or https URL, or a path. Default: what is configured on the running system. */
  configUrl?: string;
  /** What is installed beside what is configured on the running system, such as answers to questions; not with `configUrl`. */
  answers?: CloudConfig;
  /** Default false: a fetched configuration that configures nothing is refused. */
  allowEmptyConfig?: boolean;
  /** Default: how the running machine was started. */
  firmware?: Firmware;
  /** Bytes the disk has to have; default 2 GB. */
  minimumSize?: number;
  /** Refuse a disk with a state partition even when it is named. Default false. */
  keepsState?: boolean;
  /** A root directory with GRUB, and with programs that `host` runs, as `openToolbox` makes one; default: the running system. */
  tools?: string;
  proxy?: ProxySettings;
  signal?: AbortSignal;
}

/** What the checks found; an installation needs all of it. */
export interface Target {
  configuration: Configuration;
  image: Image;
  disk: BlockDevice;
  firmware: Firmware;
  /** The disk has a state partition, which will be lost. */
  replacesState: boolean;
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
  const programs = checkPrograms(host, firmware, options.tools);
  const device = await findDevice(host, { ...options, device: options.device, commandLine });
  const { checks: imageChecks, image } = await openImage(host, cleanUp, options);
  const checks = [config.check, ...imageChecks, programs, ...device.checks];
  const { configuration, issues, texts } = config;
  const { disk, replacesState } = device;
  const isComplete = checks.every(({ ok }) => ok) && configuration && image && disk;
  const target = isComplete ? { configuration, image, disk, firmware, replacesState } : undefined;
  return { checks, issues, texts, target };
}

/** How the machine was started. */
export function detectFirmware(host: Host): Firmware {
  return host.files.stat('/sys/firmware/efi') ? 'efi' : 'bios';
}

const PROGRAMS = ['sfdisk', 'partx', 'wipefs', 'mkfs.ext4', 'blkid', 'mount', 'umount'];
const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What GRUB's installer takes its modules from, by firmware; only x86 is installed with BIOS. */
const GRUB_MODULES: Readonly<Record<Firmware, readonly string[]>> = {
  bios: ['i386-pc'],
  efi: ['x86_64-efi', 'arm64-efi'],
};

function checkPrograms(host: Host, firmware: Firmware, tools = ''): Check {
  const isThere = (root: string, name: string) =>
    DIRECTORIES.some((directory) => host.files.stat(`${root}${directory}/${name}`) !== undefined);
  const missing = [
    ...[...PROGRAMS, ...(firmware === 'efi' ? ['mkfs.vfat'] : [])].filter(
      (name) => !isThere(tools, name) && !isThere('', name),
    ),
    ...(isThere(tools, 'grub-install') ? [] : ['grub-install']),
    ...(findGrubTarget(host, firmware, tools) ? [] : [`the modules of GRUB for ${firmware}`]),
  ];
  if (missing.length === 0)
    return { id: 'programs', ok: true, message: `all programs for ${firmware} are there` };
  const message = `missing on this system: ${missing.join(', ')}`;
  return { id: 'programs', ok: false, message, hint: 'Install them, or install from the HAOS medium.' };
}

/** The name of GRUB's platform to install; undefined when its modules are not there. */
export function findGrubTarget(host: Host, firmware: Firmware, tools = ''): string | undefined {
  return GRUB_MODULES[firmware].find(
    (name) => host.files.stat(`${tools}/usr/lib/grub/${name}`) !== undefined,
  );
}
