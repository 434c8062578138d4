import type { Host } from '@haos/host';
import { type BlockDevice, listBlockDevices, withCleanUp, withDescendants } from '@haos/host/internal';
import { MAX_BOOT_IMAGE } from '../boot/boot-image.js';
import { EFI_LABEL, EFI_PARTITION, STATE_LABEL } from '../disk-labels.js';
import { type FirmwareTrust, isSignedFor } from './efi-signature.js';

/** A program that the firmware verifies when a disk with HAOS boots. */
export interface BootProgram {
  /** The EFI system partition, such as `/dev/vda1`. */
  device: string;
  /** Its path there, such as `EFI/BOOT/BOOTX64.EFI`. */
  path: string;
  /** Whether the firmware starts it, with Secure Boot on. */
  isTrusted: boolean;
}

/** Where EFI system partitions are mounted, one after the other. */
const MOUNT_POINT = '/run/haos/efi';

/** What each may contain: the boot loader, and the boot images that systemd-boot starts. */
const PROGRAMS = [
  ['EFI/BOOT', /^boot\w+\.efi$/i],
  ['EFI/Linux', /\.efi$/i],
] as const;

/**
 * Verifies what starts HAOS on the disks of this machine against what firmware trusts: boot
 * loaders and boot images on EFI system partitions. Mounts them read-only where they are not
 * mounted. Programs that a boot loader verifies by other means, as shim does, are not included.
 */
export async function verifyBootPrograms(host: Host, trust: FirmwareTrust): Promise<BootProgram[]> {
  const disks = await listBlockDevices(host);
  const found: BootProgram[] = [];
  for (const partition of disks.flatMap(findEfiPartitions))
    await withMounted(host, partition, async (directory) => {
      for (const path of listPrograms(host, directory)) {
        const program = host.files.read(`${directory}/${path}`, { maxBytes: MAX_BOOT_IMAGE });
        found.push({ device: partition.path, path, isTrusted: await isSignedFor(program, trust) });
      }
    });
  return found;
}

/**
 * Returns the EFI system partitions of a disk that are labelled as those of HAOS, or are on a disk
 * with a state partition.
 */
export function findEfiPartitions(disk: BlockDevice): BlockDevice[] {
  const all = withDescendants(disk);
  const hasState = all.some(({ label }) => label === STATE_LABEL);
  return all.filter(
    ({ label, fileSystem, partitionType }) =>
      fileSystem === 'vfat' &&
      (label === EFI_LABEL || (hasState && partitionType?.toUpperCase() === EFI_PARTITION)),
  );
}

async function withMounted(
  host: Host,
  { path, mountPoints }: BlockDevice,
  work: (directory: string) => Promise<void>,
): Promise<void> {
  const [mounted] = mountPoints;
  if (mounted !== undefined) return work(mounted);
  await withCleanUp(async (cleanUp) => {
    host.files.makeDirectory(MOUNT_POINT, { mode: 0o700 });
    cleanUp.always(() => void host.files.remove(MOUNT_POINT));
    await host.run('mount', ['-t', 'vfat', '-o', 'ro,nosuid,nodev,noexec,umask=0077', path, MOUNT_POINT]);
    cleanUp.always(async () => void (await host.run('umount', [MOUNT_POINT])));
    await work(MOUNT_POINT);
  });
}

function listPrograms({ files }: Host, root: string): string[] {
  return PROGRAMS.flatMap(([directory, pattern]) =>
    files.stat(`${root}/${directory}`)?.type === 'directory'
      ? files
          .list(`${root}/${directory}`)
          .filter((name) => pattern.test(name))
          .map((name) => `${directory}/${name}`)
      : [],
  );
}
