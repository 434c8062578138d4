import { HaosError, type Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import type { Firmware } from '../disk/partitions.js';
import type { Places } from '../disk/places.js';
import type { InstallErrorCode } from '../errors.js';
import { findGrubTarget } from '../preflight.js';

/** Milliseconds. */
const TIMEOUT = 300_000;

export interface BootLoaderOptions {
  places: Places;
  firmware: Firmware;
  /** The mount point of the state partition. */
  mountPoint: string;
  /** The UUID of its file system. */
  stateUuid: string;
  /** A root directory with GRUB's modules. Default: the running system. */
  tools?: string | undefined;
}

/**
 * Makes the disk boot: installs GRUB where the firmware looks for it. GRUB then reads `/boot/grub`
 * of the state partition.
 */
export async function installBootLoader(
  host: Host,
  cleanUp: CleanUp,
  options: BootLoaderOptions,
): Promise<void> {
  const target = findGrubTarget(host, options.firmware, options.tools);
  if (!target)
    throw new HaosError<InstallErrorCode>(
      'HAOS_INSTALL_FIRMWARE',
      `GRUB for ${options.firmware} is not installed`,
    );
  if (options.firmware === 'efi') await installForEfi(host, target, options);
  else await installForBios(host, cleanUp, { ...options, target });
}

/**
 * Installs GRUB's core image before the first partition of each disk, and its modules in
 * `/boot/grub`.
 */
async function installForBios(
  host: Host,
  cleanUp: CleanUp,
  { target, ...options }: BootLoaderOptions & { target: string },
): Promise<void> {
  const { mountPoint, places } = options;
  // GRUB's tools know only the drives with certain names; this map lists all that matter here.
  const map = `${mountPoint}/boot/grub/device.map`;
  host.files.write(map, places.disks.map((disk, index) => `(hd${index}) ${disk}\n`).join(''));
  cleanUp.always(() => void host.files.remove(map));
  const args = [
    `--target=${target}`,
    `--directory=${modulesOf(target, options)}`,
    `--boot-directory=${mountPoint}/boot`,
    ...['--locales=', '--themes=', '--fonts=', '--no-floppy'],
  ];
  for (const disk of places.disks) await host.run('grub-install', [...args, disk], { timeout: TIMEOUT });
}

function modulesOf(target: string, { tools = '' }: BootLoaderOptions): string {
  return `${tools}/usr/lib/grub/${target}`;
}

/**
 * The modules that the menu of an installed system uses, and those that a person at GRUB's prompt
 * expects; LVM and arrays are for layouts made by hand.
 */
const MODULES = [
  ...['all_video', 'cat', 'configfile', 'diskfilter', 'echo', 'ext2', 'fat', 'gzio', 'halt', 'help', 'linux'],
  ...['loadenv', 'ls', 'lvm', 'mdraid09', 'mdraid1x', 'normal', 'part_gpt', 'part_msdos', 'reboot', 'search'],
  ...['search_fs_uuid', 'search_label', 'serial', 'sleep', 'terminal', 'test', 'true'],
];

/**
 * The file that firmware starts if its boot list has no entry: the UEFI specification, "Removable
 * Media Boot Behavior".
 */
const REMOVABLE: Readonly<Record<string, string>> = {
  'x86_64-efi': 'BOOTX64.EFI',
  'arm64-efi': 'BOOTAA64.EFI',
};

/**
 * Writes one file with all of GRUB's modules to the EFI system partition. Does not mount that
 * partition, so the kernel needs no driver for FAT. Adds no entry to the boot list of the firmware,
 * because a disk may move to another machine.
 */
async function installForEfi(host: Host, target: string, options: BootLoaderOptions): Promise<void> {
  const { mountPoint, stateUuid, places } = options;
  const directory = `${mountPoint}/boot/grub/${target}`;
  const [early, core] = [`${directory}/early.cfg`, `${directory}/core.efi`];
  const script = `search --no-floppy --fs-uuid --set=root ${stateUuid}\nset prefix=($root)/boot/grub\n`;
  host.files.write(early, script);
  const modules = ['--format', target, '--directory', modulesOf(target, options)];
  const paths = ['--prefix', '/boot/grub', '--config', early, '--output', core];
  await host.run('grub-mkimage', [...modules, ...paths, ...MODULES], { timeout: TIMEOUT });
  const efi = places.efi ?? '';
  // Status 1: the directory already exists.
  for (const path of ['::/EFI', '::/EFI/BOOT'])
    await host.run('mmd', ['-i', efi, '-D', 's', path], { accept: [0, 1] });
  await host.run('mcopy', ['-i', efi, '-o', core, `::/EFI/BOOT/${REMOVABLE[target]}`]);
  await host.run('sync', [efi]);
}
