import type { Host } from '@haos/host';
import { type BlockDevice, findBlockDevice, listBlockDevices, withDescendants } from '@haos/host/internal';
import type { Check } from '@haos/system';
import { DATA_LABEL, EFI_LABEL, failed, passed, STATE_LABEL } from '@haos/system/internal';
import { checkSize, checkSystem, checkUse, checkWritable, type DeviceOptions, realPath } from './device.js';
import { readEfi } from './efi-partition.js';
import { type DiskFirmware, GUID, listFirmware } from './partitions.js';
import type { ExistingLayout } from './places.js';

export interface ExistingOptions extends DeviceOptions {
  firmware: DiskFirmware;
  /** Install the boot loader. Default true. */
  loader?: boolean;
}

export interface FoundLayout {
  checks: readonly Check[];
  /** The partition, and the first disk below it; undefined if there is no partition. */
  partition?: BlockDevice;
  disk?: BlockDevice;
  /** Undefined when a check failed. */
  existing?: ExistingLayout;
}

/** Finds an existing layout, and checks whether HAOS can be installed into it. Changes nothing. */
export async function findExisting(host: Host, options: ExistingOptions): Promise<FoundLayout> {
  const { loader = true, firmware } = options;
  const devices = await listBlockDevices(host);
  const partition = await findPartition(host, devices, options);
  if (!partition) return { checks: [missing(devices, options)] };
  const below = devices.filter((disk) => withDescendants(disk).some(({ path }) => path === partition.path));
  const found = { partition, ...(below[0] && { disk: below[0] }) };
  const kind = checkKind(partition);
  if (!kind.ok) return { checks: [kind], ...found };
  const isStacked = partition.type !== 'part';
  const efi = loader && listFirmware(firmware).includes('efi') ? findEfi(below) : undefined;
  const checks = [
    kind,
    checkSize(partition, options),
    checkUse(partition, options),
    checkSystem(partition, options),
    checkState(partition, options),
    await checkFileSystem(host, partition),
    ...(loader ? [checkBoot(below, { firmware, efi, isStacked })] : []),
  ];
  if (checks.some(({ ok }) => !ok)) return { checks, ...found };
  const disks = below.map(({ path }) => path);
  const content = efi === undefined ? { entries: [], room: undefined } : await readEfi(host, efi);
  const { entries, room: efiRoom } = content;
  const places = { state: partition.path, data: findData(below), efi, disks };
  return { checks, ...found, existing: { ...places, isStacked, entries, efiRoom } };
}

/** Returns the partition with the encrypted data of a node. */
function findData(disks: readonly BlockDevice[]): string | undefined {
  const found = disks
    .flatMap(withDescendants)
    .find(({ fileSystem, label }) => fileSystem === 'crypto_LUKS' && label === DATA_LABEL);
  return found?.path;
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

/** An array is listed below each of its disks. */
function labelledState(devices: readonly BlockDevice[]): string[] {
  const all = devices
    .flatMap(withDescendants)
    .filter(({ label, children }) => label === STATE_LABEL && children.length === 0);
  return [...new Set(all.map(({ path }) => path))];
}

function missing(devices: readonly BlockDevice[], { device }: ExistingOptions): Check {
  const id = 'device';
  if (device !== undefined)
    return failed(id, `${device} is not a block device`, 'Name the partition to install to.');
  const found = labelledState(devices);
  if (found.length > 0)
    return failed(id, `several partitions are labelled ${STATE_LABEL}`, `Name one of ${found.join(', ')}.`);
  const hint = `Label an ext4 partition ${STATE_LABEL}, or name it.`;
  return failed(id, `no partition is labelled ${STATE_LABEL}`, hint);
}

function checkKind(partition: BlockDevice): Check {
  const { path, type, fileSystem } = partition;
  const id = 'device';
  if (!/^(part|lvm|raid\d+|md)$/.test(type)) {
    const hint = 'Name the partition, or install with formatting.';
    return failed(id, `${path} is not a partition (${type})`, hint);
  }
  if (fileSystem !== 'ext4') {
    const message = `${path} has ${fileSystem ? `the file system ${fileSystem}` : 'no file system'}, not ext4`;
    return failed(id, message, `Create one with "mkfs.ext4 -L ${STATE_LABEL} ${path}".`);
  }
  return checkWritable(partition) ?? passed(id, `${path} has an ext4 file system, which is kept`);
}

/** With `keepState` a node is not touched at all, not even its components. */
function checkState({ path, label }: BlockDevice, { keepState = false }: ExistingOptions): Check {
  const id = 'state';
  if (label !== STATE_LABEL) return passed(id, `${path} gets the label ${STATE_LABEL}`);
  const message = `${path} is labelled ${STATE_LABEL}; its persistent data are kept`;
  if (!keepState) return passed(id, message);
  const hint = 'Boot with haos.mode=install to install on it.';
  return failed(id, `${path} is the state partition of a node`, hint);
}

/** Features of ext4 that GRUB 2.06 refuses: `EXT2_DRIVER_SUPPORTED_INCOMPAT` in its fs/ext2.c. */
const UNREADABLE = ['metadata_csum_seed', 'inline_data', 'ea_inode', 'large_dir', 'casefold', 'compression'];

async function checkFileSystem(host: Host, { path }: BlockDevice): Promise<Check> {
  const { stdout } = await host.run('dumpe2fs', ['-h', path], { readOnly: true });
  const features = /^Filesystem features:\s*(.*)$/m.exec(stdout)?.[1]?.split(/\s+/) ?? [];
  const unreadable = UNREADABLE.filter((name) => features.includes(name));
  const id = 'file-system';
  if (unreadable.length === 0) return passed(id, `GRUB can read the file system on ${path}`);
  const message = `GRUB cannot read the file system on ${path}, which uses ${unreadable.join(', ')}`;
  return failed(id, message, `Disable it with "tune2fs -O ^${unreadable.join(',^')} ${path}".`);
}

/** Returns the free bytes of an ext4 file system that is not mounted. */
export async function readFreeSpace(host: Host, partition: string): Promise<number> {
  const { stdout } = await host.run('dumpe2fs', ['-h', partition], { readOnly: true });
  const read = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  return read('Free blocks') * read('Block size');
}

/** Returns the EFI system partition of HAOS, or else the only one on the disks. */
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
  { firmware, efi, isStacked }: { firmware: DiskFirmware; efi: string | undefined; isStacked: boolean },
): Check {
  const id = 'boot-loader';
  const names = disks.map(({ path }) => path).join(', ');
  const hint = 'Create one, or install without the boot loader.';
  const wanted = listFirmware(firmware);
  if (wanted.includes('efi') && efi === undefined) {
    const message = `${names} has no EFI system partition, or several, none of which is labelled ${EFI_LABEL}`;
    return failed(id, message, hint);
  }
  const bare = disks.find((disk) => wanted.includes('bios') && isGpt(disk) && !hasBootPartition(disk));
  if (bare) return failed(id, `${bare.path} has a GPT without a BIOS boot partition`, hint);
  const counting = isStacked ? '; boot counting is off, because GRUB cannot write to LVM or RAID' : '';
  return passed(id, `the boot loader will be installed on ${efi ?? names}${counting}`);
}

function isGpt(disk: BlockDevice): boolean {
  return disk.children.some(({ partitionType }) => partitionType?.includes('-'));
}

function hasBootPartition(disk: BlockDevice): boolean {
  return disk.children.some(({ partitionType }) => isType(partitionType, GUID.boot));
}
