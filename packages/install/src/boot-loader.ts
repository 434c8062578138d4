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
  /** A root directory with GRUB's modules; default: the running system. */
  tools?: string | undefined;
}

/** Makes the disk boot: GRUB's core image on it, its modules in `/boot/grub` of the state partition. */
export async function installBootLoader(
  host: Host,
  cleanUp: CleanUp,
  options: BootLoaderOptions,
): Promise<void> {
  const { disk, firmware, mountPoint, tools = '' } = options;
  // GRUB's tools list only the drives whose names they know; here there is only one that matters.
  const map = `${mountPoint}/boot/grub/device.map`;
  host.files.write(map, `(hd0) ${disk}\n`);
  cleanUp.always(() => void host.files.remove(map));
  const target = findGrubTarget(host, firmware, tools);
  if (!target)
    throw new HaosError<InstallErrorCode>('HAOS_INSTALL_FIRMWARE', `GRUB for ${firmware} is not there`);
  const args = [
    `--target=${target}`,
    `--directory=${tools}/usr/lib/grub/${target}`,
    `--boot-directory=${mountPoint}/boot`,
    ...['--locales=', '--themes=', '--fonts='],
  ];
  await host.run('grub-install', [...args, ...placeOf(firmware, disk, mountPoint)], { timeout: TIMEOUT });
}

/** Not into the firmware's list of systems: `--removable` makes it the one that is started without an entry. */
function placeOf(firmware: Firmware, disk: string, mountPoint: string): string[] {
  return firmware === 'efi'
    ? [`--efi-directory=${mountPoint}/boot/efi`, '--removable', '--no-nvram']
    : ['--no-floppy', disk];
}
