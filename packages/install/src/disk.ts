import { HaosError, type Host } from '@haos/system';
import type { CleanUp } from './clean-up.js';
import type { InstallErrorCode } from './errors.js';
import {
  findPartition,
  type PartitionPlan,
  type PlannedPartition,
  partitionPath,
  renderSfdisk,
} from './partitions.js';

/** Milliseconds. */
const FORMAT_TIMEOUT = 600_000;
const NODE_WAIT = 10_000;
const NODE_PAUSE = 200;

/** Writes a new partition table. What was on the disk is lost, old file systems at the new places included. */
export async function partitionDisk(host: Host, disk: string, plan: PartitionPlan): Promise<void> {
  // sfdisk itself refuses a disk that came into use since it was checked.
  const args = ['--quiet', '--wipe', 'always', '--wipe-partitions', 'always', disk];
  await host.run('sfdisk', args, { input: renderSfdisk(plan) });
  // Status 1: the kernel knew some of it already.
  await host.run('partx', ['--update', disk], { accept: [0, 1] });
  for (const { number } of plan.partitions) await waitForNode(host, partitionPath(disk, number));
}

/** Makes the file systems of a plan. */
export async function makeFileSystems(host: Host, disk: string, plan: PartitionPlan): Promise<void> {
  for (const partition of plan.partitions) await makeFileSystem(host, disk, partition);
}

async function waitForNode(host: Host, path: string): Promise<void> {
  for (let waited = 0; host.files.stat(path) === undefined; waited += NODE_PAUSE) {
    if (waited >= NODE_WAIT) {
      throw new HaosError<InstallErrorCode>(
        'HAOS_INSTALL_NO_PARTITION',
        `the kernel does not show the partition ${path}`,
        {
          hint: 'Restart the machine and try again.',
        },
      );
    }
    await host.clock.sleep(NODE_PAUSE);
  }
}

async function makeFileSystem(host: Host, disk: string, partition: PlannedPartition): Promise<void> {
  const path = partitionPath(disk, partition.number);
  const options = { timeout: FORMAT_TIMEOUT };
  const label = partition.label ?? '';
  // GRUB 2.06 reads no ext4 whose checksums have a seed of their own, which e2fsprogs 1.47 makes by default.
  if (partition.fileSystem === 'ext4')
    await host.run('mkfs.ext4', ['-q', '-F', '-L', label, '-O', '^metadata_csum_seed', path], options);
  if (partition.fileSystem === 'vfat') await host.run('mkfs.vfat', ['-F', '32', '-n', label, path], options);
}

/** The UUID of the file system on the state partition. */
export async function readStateUuid(host: Host, disk: string, plan: PartitionPlan): Promise<string> {
  const path = partitionPath(disk, findPartition(plan, 'state').number);
  const { stdout } = await host.run('blkid', ['-p', '-s', 'UUID', '-o', 'value', path], { readOnly: true });
  if (stdout !== '') return stdout.trim();
  throw new HaosError<InstallErrorCode>('HAOS_INSTALL_NO_PARTITION', `there is no file system on ${path}`);
}

/** A disk that is not whole must not look like a node's: after a failure its state partition is none any more. */
export function disownOnError(
  host: Host,
  cleanUp: CleanUp,
  { disk, plan }: { disk: string; plan: PartitionPlan },
): void {
  cleanUp.onError(async () => {
    await host.run('wipefs', ['--all', '--quiet', partitionPath(disk, findPartition(plan, 'state').number)]);
  });
}

/** Mounts the new file systems below a directory, until the clean-up. */
export async function mountTarget(
  host: Host,
  cleanUp: CleanUp,
  {
    disk,
    plan,
    mountPoint,
    readOnly = false,
  }: { disk: string; plan: PartitionPlan; mountPoint: string; readOnly?: boolean },
): Promise<void> {
  const mount = async (role: 'state' | 'efi', where: string) => {
    const { fileSystem = '', number } = findPartition(plan, role);
    if (!readOnly || role === 'state') host.files.makeDirectory(where);
    await host.run('mount', [
      '-t',
      fileSystem,
      '-o',
      readOnly ? 'ro' : 'rw',
      partitionPath(disk, number),
      where,
    ]);
    cleanUp.always(async () => {
      await host.run('umount', [where], { timeout: FORMAT_TIMEOUT });
    });
  };
  await mount('state', mountPoint);
  if (plan.partitions.some(({ role }) => role === 'efi')) await mount('efi', `${mountPoint}/boot/efi`);
}
