import { HaosError, type Host } from '@haos/host';
import { type CleanUp, readFileSystemUuid } from '@haos/host/internal';
import type { InstallErrorCode } from '../errors.js';
import { type PartitionPlan, type PlannedPartition, partitionPath, renderSfdisk } from './partitions.js';

/** Milliseconds. */
const FORMAT_TIMEOUT = 600_000;
const NODE_WAIT = 10_000;
const NODE_PAUSE = 200;

/**
 * Writes a new partition table. The content of the disk is lost, including old file systems where
 * the new partitions are.
 */
export async function partitionDisk(host: Host, disk: string, plan: PartitionPlan): Promise<void> {
  // sfdisk itself refuses a disk that came into use since the checks.
  const args = ['--quiet', '--wipe', 'always', '--wipe-partitions', 'always', disk];
  await host.run('sfdisk', args, { input: renderSfdisk(plan) });
  // Status 1: the kernel already knows some of the partitions.
  await host.run('partx', ['--update', disk], { accept: [0, 1] });
  for (const { number } of plan.partitions) await waitForNode(host, partitionPath(disk, number));
}

async function waitForNode(host: Host, path: string): Promise<void> {
  for (let waited = 0; host.files.stat(path) === undefined; waited += NODE_PAUSE) {
    if (waited >= NODE_WAIT) {
      throw new HaosError<InstallErrorCode>(
        'HAOS_INSTALL_NO_PARTITION',
        `the kernel does not show the partition ${path}`,
        { hint: 'Reboot the machine and try again.' },
      );
    }
    await host.clock.sleep(NODE_PAUSE);
  }
}

/**
 * Creates the file systems of a plan. The state partition gets its label at the end of the
 * installation.
 */
export async function makeFileSystems(host: Host, disk: string, plan: PartitionPlan): Promise<void> {
  for (const partition of plan.partitions) await makeFileSystem(host, disk, partition);
}

async function makeFileSystem(host: Host, disk: string, partition: PlannedPartition): Promise<void> {
  const path = partitionPath(disk, partition.number);
  const options = { timeout: FORMAT_TIMEOUT };
  if (partition.fileSystem === 'ext4') await makeExt4(host, path);
  // The smallest clusters: larger ones would be too few for FAT32.
  if (partition.fileSystem === 'vfat')
    await host.run('mkfs.vfat', ['-F', '32', '-s', '1', '-n', partition.label ?? '', path], options);
}

/**
 * Creates an ext4 file system. GRUB 2.06 cannot read it with a separate checksum seed, which
 * e2fsprogs 1.47 creates by default.
 */
export async function makeExt4(host: Host, device: string): Promise<void> {
  const args = ['-q', '-F', '-O', '^metadata_csum_seed', device];
  await host.run('mkfs.ext4', args, { timeout: FORMAT_TIMEOUT });
}

/** Sets the label of an ext4 file system: one write of one block. */
export async function labelState(host: Host, partition: string, label: string): Promise<void> {
  await host.run('e2label', [partition, label]);
}

/** Returns the UUID of the file system on a partition. */
export async function readUuid(host: Host, partition: string): Promise<string> {
  const uuid = await readFileSystemUuid(host, partition);
  if (uuid !== undefined) return uuid;
  throw new HaosError<InstallErrorCode>('HAOS_INSTALL_NO_PARTITION', `${partition} has no file system`);
}

/** Mounts the state partition on a directory until the clean-up. */
export async function mountState(
  host: Host,
  cleanUp: CleanUp,
  { partition, mountPoint }: { partition: string; mountPoint: string },
): Promise<void> {
  host.files.makeDirectory(mountPoint);
  await host.run('mount', ['-t', 'ext4', partition, mountPoint]);
  cleanUp.always(async () => {
    await host.run('umount', [mountPoint], { timeout: FORMAT_TIMEOUT });
  });
}
