import type { Host } from '@haos/host';
import { type BlockDevice, findBlockDevice, listBlockDevices, withDescendants } from '@haos/host/internal';
import type { Check } from '@haos/system';
import { checkSize, checkSystem, checkUse, checkWritable, type DeviceOptions, realPath } from './device.js';
import { EFI_LABEL, type Firmware, GUID, STATE_LABEL } from './partitions.js';
import type { ExistingLayout } from './places.js';

export interface ExistingOptions extends Omit<DeviceOptions, 'device'> {
  /** The partition that becomes the state partition; without it the one that is labelled so already. */
  device?: string | undefined;
  firmware: Firmware;
  /** Default true. */
  bootLoader?: boolean;
}

export interface FoundLayout {
  checks: readonly Check[];
  /** The partition and, below it, the first disk; undefined when there is none. */
  partition?: BlockDevice;
  disk?: BlockDevice;
  /** Undefined when a check failed. */
  existing?: ExistingLayout;
}

/** Looks for a layout that somebody made, and whether HAOS can be put into it. Only looks. */
export async function findExisting(host: Host, options: ExistingOptions): Promise<FoundLayout> {
  const { bootLoader = true, firmware } = options;
  const devices = await listBlockDevices(host);
  const partition = await findPartition(host, devices, options);
  if (!partition) return { checks: [missing(devices, options)] };
  const below = devices.filter((disk) => withDescendants(disk).some(({ path }) => path === partition.path));
  const found = { partition, ...(below[0] && { disk: below[0] }) };
  const kind = checkKind(partition);
  if (!kind.ok) return { checks: [kind], ...found };
  const isStacked = partition.type !== 'part';
  const efi = firmware === 'efi' && bootLoader ? findEfi(below) : undefined;
  const checks = [
    kind,
    checkSize(partition, options),
    checkUse(partition, options),
    checkSystem(partition, options),
    checkState(partition, options),
    ...(await checkFileSystem(host, partition)),
    ...(bootLoader ? [checkBoot(below, { firmware, efi, isStacked })] : []),
  ];
  if (checks.some(({ ok }) => !ok)) return { checks, ...found };
  const disks = below.map(({ path }) => path);
  return { checks, ...found, existing: { state: partition.path, efi, disks, isStacked } };
}

async function findPartition(
  host: Host,
  devices: readonly BlockDevice[],
  { device }: ExistingOptions,
): Promise<BlockDevice | undefined> {
  if (device !== undefined) return findBlockDevice(devices, await realPath(host, device));
  const labelled = labelledState(devices);
  return labelled.length === 1 ? findBlockDevice(devices, labelled[0] ?? '') : undefined;
}

/** What is on an array is below each of its disks. */
function labelledState(devices: readonly BlockDevice[]): string[] {
  const all = devices
    .flatMap(withDescendants)
    .filter(({ label, children }) => label === STATE_LABEL && children.length === 0);
  return [...new Set(all.map(({ path }) => path))];
}

function missing(devices: readonly BlockDevice[], { device }: ExistingOptions): Check {
  const id = 'device';
  if (device !== undefined)
    return {
      id,
      ok: false,
      message: `${device} is no block device`,
      hint: 'Name the partition to install to.',
    };
  const found = labelledState(devices);
  const message =
    found.length === 0
      ? `no partition is labelled ${STATE_LABEL}`
      : `several partitions are labelled ${STATE_LABEL}`;
  const hint =
    found.length === 0
      ? `Label an ext4 partition ${STATE_LABEL}, or name it.`
      : `Name one of ${found.join(', ')}.`;
  return { id, ok: false, message, hint };
}

function checkKind(partition: BlockDevice): Check {
  const { path, type, fileSystem } = partition;
  const id = 'device';
  if (!/^(part|lvm|raid\d+|md)$/.test(type))
    return {
      id,
      ok: false,
      message: `${path} is no partition (${type})`,
      hint: 'Name the partition, or install with formatting.',
    };
  if (fileSystem !== 'ext4')
    return {
      id,
      ok: false,
      message: `${path} has no ext4 file system but ${fileSystem ?? 'none'}`,
      hint: `Make one: mkfs.ext4 -L ${STATE_LABEL} ${path}`,
    };
  return (
    checkWritable(partition) ?? { id, ok: true, message: `${path} has an ext4 file system, which is kept` }
  );
}

/** With `keepState` nothing of a node is touched, its components included. */
function checkState({ path, label }: BlockDevice, { keepState = false }: ExistingOptions): Check {
  const id = 'state';
  if (label !== STATE_LABEL) return { id, ok: true, message: `${path} gets the label ${STATE_LABEL}` };
  const message = `${path} is labelled ${STATE_LABEL}; what persists on it is kept`;
  if (!keepState) return { id, ok: true, message };
  return {
    id,
    ok: false,
    message: `${path} is the state partition of a node`,
    hint: 'Boot with haos.mode=install to install on it.',
  };
}

/** What ext4 can have that GRUB 2.06 refuses: `EXT2_DRIVER_SUPPORTED_INCOMPAT` in its fs/ext2.c. */
const UNREADABLE = ['metadata_csum_seed', 'inline_data', 'ea_inode', 'large_dir', 'casefold', 'compression'];

async function checkFileSystem(host: Host, { path }: BlockDevice): Promise<Check[]> {
  const { stdout } = await host.run('dumpe2fs', ['-h', path], { readOnly: true });
  const features = /^Filesystem features:\s*(.*)$/m.exec(stdout)?.[1]?.split(/\s+/) ?? [];
  const unreadable = UNREADABLE.filter((name) => features.includes(name));
  const ok = unreadable.length === 0;
  const message = ok
    ? `GRUB reads the file system on ${path}`
    : `GRUB does not read ext4 with ${unreadable.join(', ')}`;
  return [
    {
      id: 'file-system',
      ok,
      message,
      ...(!ok && { hint: `Switch it off: tune2fs -O ^${unreadable.join(',^')} ${path}` }),
    },
  ];
}

/** Bytes that are free in an ext4 file system which is not mounted. */
export async function readFreeSpace(host: Host, partition: string): Promise<number> {
  const { stdout } = await host.run('dumpe2fs', ['-h', partition], { readOnly: true });
  const read = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  return read('Free blocks') * read('Block size');
}

/** The partition for EFI that HAOS made or, on a disk that has only one, that one. */
function findEfi(disks: readonly BlockDevice[]): string | undefined {
  const efi = disks.flatMap(withDescendants).filter(({ partitionType }) => isType(partitionType, GUID.efi));
  const ours = efi.filter(({ label }) => label === EFI_LABEL);
  return (ours.length > 0 ? ours : efi.length === 1 ? efi : [])[0]?.path;
}

function isType(found: string | undefined, wanted: string): boolean {
  return found?.toLowerCase() === wanted.toLowerCase();
}

function checkBoot(
  disks: readonly BlockDevice[],
  { firmware, efi, isStacked }: { firmware: Firmware; efi: string | undefined; isStacked: boolean },
): Check {
  const id = 'boot-loader';
  const names = disks.map(({ path }) => path).join(', ');
  const hint = 'Make one, or install without the boot loader.';
  if (firmware === 'efi' && efi === undefined)
    return {
      id,
      ok: false,
      message: `${names} has no EFI system partition of which it is clear that it is the one`,
      hint,
    };
  const bare = disks.find((disk) => firmware === 'bios' && isGpt(disk) && !hasBootPartition(disk));
  if (bare) return { id, ok: false, message: `${bare.path} has a GPT without a BIOS boot partition`, hint };
  const counting = isStacked ? '; boot counting is off, since GRUB cannot write to LVM or RAID' : '';
  return { id, ok: true, message: `the boot loader is installed on ${efi ?? names}${counting}` };
}

function isGpt(disk: BlockDevice): boolean {
  return disk.children.some(({ partitionType }) => partitionType?.includes('-'));
}

function hasBootPartition(disk: BlockDevice): boolean {
  return disk.children.some(({ partitionType }) => isType(partitionType, GUID.boot));
}
