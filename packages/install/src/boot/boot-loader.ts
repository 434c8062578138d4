import { HaosError, type Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { EFI_CONFIG, findEfiLoader, renderEfiConfig } from '@haos/system/internal';
import { copyToEfi, makeEfiDirectories } from '../disk/efi-partition.js';
import type { Firmware } from '../disk/partitions.js';
import type { Places } from '../disk/places.js';
import type { InstallErrorCode } from '../errors.js';

/** Milliseconds. */
const TIMEOUT = 300_000;

export interface BootLoaderOptions {
  places: Places;
  /** Each firmware that GRUB is installed for. */
  firmware: readonly Firmware[];
  /** The mount point of the state partition. */
  mountPoint: string;
  /** The UUID of its file system. */
  stateUuid: string;
  /** A root directory with GRUB. Default: the running system. */
  tools?: string | undefined;
}

/**
 * Makes the disk boot: installs GRUB where the firmware looks for it. GRUB then reads `/boot/grub`
 * of the state partition. Throws HAOS_INSTALL_FIRMWARE if there is no GRUB to install.
 */
export async function installBootLoader(
  host: Host,
  cleanUp: CleanUp,
  options: BootLoaderOptions,
): Promise<void> {
  const installers = { bios: installForBios, efi: installForEfi };
  for (const firmware of options.firmware) await installers[firmware](host, cleanUp, options);
}

function missing(firmware: Firmware): HaosError {
  return new HaosError<InstallErrorCode>('HAOS_INSTALL_FIRMWARE', `GRUB for ${firmware} is not installed`);
}

/**
 * Installs GRUB's core image before the first partition of each disk, and its modules in
 * `/boot/grub`.
 */
async function installForBios(
  host: Host,
  cleanUp: CleanUp,
  { mountPoint, places, tools }: BootLoaderOptions,
): Promise<void> {
  const modules = findBiosModules(host, tools);
  if (modules === undefined) throw missing('bios');
  // GRUB's tools know only the drives with certain names; this map lists all that matter here.
  const map = `${mountPoint}/boot/grub/device.map`;
  host.files.write(map, places.disks.map((disk, index) => `(hd${index}) ${disk}\n`).join(''));
  cleanUp.always(() => void host.files.remove(map));
  const args = [
    '--target=i386-pc',
    `--directory=${modules}`,
    `--boot-directory=${mountPoint}/boot`,
    ...['--locales=', '--themes=', '--fonts=', '--no-floppy'],
  ];
  for (const disk of places.disks) await host.run('grub-install', [...args, disk], { timeout: TIMEOUT });
}

/** Returns the directory with GRUB's modules for BIOS; undefined if it does not exist. */
export function findBiosModules(host: Host, root = ''): string | undefined {
  const directory = `${root}/usr/lib/grub/i386-pc`;
  return host.files.stat(directory) && directory;
}

/**
 * Writes shim and GRUB to the EFI system partition, and the configuration that leads GRUB to the
 * state partition. Does not mount the EFI system partition, so the kernel needs no driver for FAT.
 * Adds no entry to the boot list of the firmware, because a disk may move to another machine. The
 * program that the firmware starts comes last: an interrupted installation does not boot.
 */
async function installForEfi(host: Host, cleanUp: CleanUp, options: BootLoaderOptions): Promise<void> {
  const { mountPoint, stateUuid, places, tools = '' } = options;
  const loader = findEfiLoader(host, tools);
  if (loader === undefined) throw missing('efi');
  const config = `${mountPoint}/boot/grub/efi.cfg`;
  host.files.write(config, renderEfiConfig(`--fs-uuid ${stateUuid}`));
  cleanUp.always(() => void host.files.remove(config));
  const efi = places.efi ?? '';
  await makeEfiDirectories(host, efi, ['EFI', 'EFI/BOOT']);
  const files = Object.entries(loader.files).map(
    ([name, path]) => [`${tools}${path}`, `EFI/BOOT/${name}`] as const,
  );
  for (const file of [[config, EFI_CONFIG] as const, ...files.reverse()]) await copyToEfi(host, efi, file);
}
