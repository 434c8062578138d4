import { HaosError, type Host } from '@haos/system';
import type { CleanUp } from './clean-up.js';
import type { InstallErrorCode } from './errors.js';
import type { Firmware } from './partitions.js';
import { findGrubTarget } from './preflight.js';

/** Milliseconds. */
const TIMEOUT = 300_000;

export interface BootLoaderOptions {
  disk: string;
  firmware: Firmware;
  /** Where the state partition is mounted. */
  mountPoint: string;
  /** A root directory with grub-install and its modules; default: the running system. */
  tools?: string | undefined;
}

/** Makes the disk boot: GRUB's core image on it, its modules in `/boot/grub` of the state partition. */
export async function installBootLoader(
  host: Host,
  cleanUp: CleanUp,
  options: BootLoaderOptions,
): Promise<void> {
  const { disk, firmware, mountPoint, tools } = options;
  // GRUB's tools list only the drives whose names they know; here there is only one that matters.
  const map = `${mountPoint}/boot/grub/device.map`;
  host.files.write(map, `(hd0) ${disk}\n`);
  cleanUp.always(() => void host.files.remove(map));
  const target = findGrubTarget(host, firmware, tools);
  if (!target)
    throw new HaosError<InstallErrorCode>('HAOS_INSTALL_FIRMWARE', `GRUB for ${firmware} is not there`);
  if (tools === undefined) return runGrubInstall(host, grubArguments(target, firmware, { disk, mountPoint }));
  const inside = '/mnt';
  for (const path of ['/dev', '/proc', '/sys'])
    await bind(host, cleanUp, { from: path, to: `${tools}${path}` });
  await bind(host, cleanUp, { from: mountPoint, to: `${tools}${inside}` });
  await runGrubInstall(host, grubArguments(target, firmware, { disk, mountPoint: inside }), tools);
}

async function bind(host: Host, cleanUp: CleanUp, { from, to }: { from: string; to: string }): Promise<void> {
  host.files.makeDirectory(to);
  await host.run('mount', ['--rbind', from, to]);
  cleanUp.always(async () => {
    // What was mounted below is only a view of the running system's own.
    await host.run('umount', ['--recursive', '--lazy', to]);
  });
}

/** Not into the firmware's list of systems: `--removable` makes it the one that is started without an entry. */
function grubArguments(
  target: string,
  firmware: Firmware,
  { disk, mountPoint }: { disk: string; mountPoint: string },
): string[] {
  const common = [
    `--target=${target}`,
    `--boot-directory=${mountPoint}/boot`,
    '--locales=',
    '--themes=',
    '--fonts=',
  ];
  return firmware === 'efi'
    ? [...common, `--efi-directory=${mountPoint}/boot/efi`, '--removable', '--no-nvram']
    : [...common, '--no-floppy', disk];
}

async function runGrubInstall(host: Host, args: readonly string[], root?: string): Promise<void> {
  if (root === undefined) await host.run('grub-install', args, { timeout: TIMEOUT });
  else await host.run('chroot', [root, 'grub-install', ...args], { timeout: TIMEOUT });
}
