import type { Host } from '@haos/host';
import {
  type BlockDevice,
  findBlockDevice,
  listBlockDevices,
  megabytes,
  withDescendants,
} from '@haos/host/internal';
import type { Check } from '@haos/system';
import { checked, failed, passed, STATE_LABEL } from '@haos/system/internal';
import type { TargetOptions } from '../options.js';
import { SYSTEM_BYTES } from './partitions.js';
import { isVolume } from './volume.js';

/** Bytes that HAOS needs at least. */
const MINIMUM_SIZE = 2_000_000_000;

export interface DeviceOptions extends TargetOptions {
  /** The kernel command line of the running system. */
  commandLine: string;
}

export interface FoundDevice {
  checks: readonly Check[];
  /** Undefined if no disk was found. */
  disk?: BlockDevice;
  /** Whether the disk has a state partition, which will be lost. */
  replacesState: boolean;
}

/** Types of lsblk that stand for a whole disk. */
const WHOLE = ['disk', 'loop'];

/** Finds the disk to install to, and checks it. Changes nothing. */
export async function findDevice(host: Host, options: DeviceOptions): Promise<FoundDevice> {
  const devices = await listBlockDevices(host);
  const path = options.device === undefined ? undefined : await realPath(host, options.device);
  const disk = path === undefined ? chooseDisk(devices, options) : findBlockDevice(devices, path);
  if (!disk) return { checks: [missing(devices, options)], replacesState: false };
  const whole = checkWhole(disk);
  if (!whole.ok) return { checks: [whole], disk, replacesState: false };
  const checks = [
    whole,
    checkSize(disk, options),
    checkUse(disk, options),
    checkSystem(disk, options),
    checkState(disk, options),
  ];
  return { checks, disk, replacesState: hasState(disk) };
}

/** Returns the path of a device from any of its names, such as those in `/dev/disk/by-id`. */
export async function realPath(host: Host, device: string): Promise<string> {
  const { stdout } = await host.run('readlink', ['-m', device], { readOnly: true });
  return stdout || device;
}

/** Returns the disks that HAOS can be installed to, including those of a node. Changes nothing. */
export async function listFittingDisks(
  host: Host,
  options: Omit<DeviceOptions, 'device' | 'keepState'>,
): Promise<BlockDevice[]> {
  return fittingDisks(await listBlockDevices(host), options);
}

function fittingDisks(devices: readonly BlockDevice[], options: DeviceOptions): BlockDevice[] {
  return devices.filter(
    (disk) =>
      disk.type === 'disk' &&
      [checkWhole(disk), checkSize(disk, options), checkUse(disk, options), checkSystem(disk, options)].every(
        ({ ok }) => ok,
      ),
  );
}

/** Returns the only disk that fits; undefined if none or several do. */
function chooseDisk(devices: readonly BlockDevice[], options: DeviceOptions): BlockDevice | undefined {
  const fitting = fittingDisks(devices, options);
  return fitting.length === 1 ? fitting[0] : undefined;
}

function missing(devices: readonly BlockDevice[], options: DeviceOptions): Check {
  const { device } = options;
  const chosen = fittingDisks(devices, options).length > 1 ? 'several disks fit' : 'no disk fits';
  const message = device === undefined ? chosen : `${device} is not a block device`;
  return failed('device', message, adviseDisk(devices, options));
}

/** Proposes only disks that fit; another one may be the disk of the running system. */
function adviseDisk(devices: readonly BlockDevice[], options: DeviceOptions): string {
  const list = (disks: readonly BlockDevice[]) => disks.map(({ path }) => path).join(', ');
  const fitting = fittingDisks(devices, options);
  if (fitting.length > 0) return `Name one of ${list(fitting)}.`;
  const disks = devices.filter(({ type }) => type === 'disk');
  if (disks.length > 0) return `None of ${list(disks)} can be used; name one to see why.`;
  return 'Attach a disk, or load its driver.';
}

function checkWhole(disk: BlockDevice): Check {
  const { path, type, model } = disk;
  const id = 'device';
  if (!WHOLE.includes(type))
    return failed(id, `${path} is not a whole disk (${type})`, 'Name the whole disk.');
  return checkWritable(disk) ?? passed(id, `${path}${model ? ` (${model})` : ''} is a whole disk`);
}

/** Returns the failed check if the device is write-protected. */
export function checkWritable({ path, isReadOnly }: BlockDevice): Check | undefined {
  const hint = 'Remove the write protection, or name another one.';
  return isReadOnly ? failed('device', `${path} is read-only`, hint) : undefined;
}

/** Checks the size of a device. */
export function checkSize(
  { path, size }: BlockDevice,
  options: Pick<DeviceOptions, 'minimumSize' | 'encrypt' | 'format'>,
): Check {
  const { format = true, encrypt } = options;
  const system = format && encrypt ? SYSTEM_BYTES : 0;
  const { minimumSize = MINIMUM_SIZE + system } = options;
  const message = `${path} has ${megabytes(size)} MB; ${megabytes(minimumSize)} MB are needed`;
  return checked('size', size >= minimumSize, message, 'Name a larger one.');
}

/**
 * Matches blkid's names for the members of a volume group, an array or a pool, which must not lose
 * a member.
 */
const MEMBER = /_member$/;

/**
 * Checks whether the running system, or anything that spans several disks, uses the device or its
 * parts.
 */
export function checkUse(disk: BlockDevice, { mountPoint }: Pick<DeviceOptions, 'mountPoint'>): Check {
  const id = 'in-use';
  const hint = 'Unmount what is on it, or name another one.';
  for (const { path, type, mountPoints, fileSystem = '' } of withDescendants(disk)) {
    const where = mountPoints.find((point) => point !== mountPoint && !point.startsWith(`${mountPoint}/`));
    if (where === '[SWAP]') return failed(id, `${path} is used as swap`, hint);
    if (where !== undefined) return failed(id, `${path} is mounted at ${where}`, hint);
    if (MEMBER.test(fileSystem)) {
      const leave = 'Remove it from there (pvremove, mdadm --zero-superblock, wipefs), or name another one.';
      return failed(id, `${path} is a member of a group or an array (${fileSystem})`, leave);
    }
    // A volume, an array or an encrypted device uses it. A killed installation may have left one.
    if (path !== disk.path && type !== 'part' && !isVolume(path))
      return failed(id, `${path} (${type}) is on ${disk.path}`, hint);
  }
  return passed(id, `${disk.path} is not in use`);
}

/**
 * Checks whether the running system or its medium is on the device. The medium may have been
 * unmounted after it was copied into memory, and is still needed.
 */
export function checkSystem(disk: BlockDevice, { commandLine }: Pick<DeviceOptions, 'commandLine'>): Check {
  const booted = /(?:^|\s)haos\.state=UUID=(\S+)/i.exec(commandLine)?.[1]?.toLowerCase();
  const ours = withDescendants(disk).find(
    ({ uuid, label, fileSystem }) =>
      (booted !== undefined && uuid?.toLowerCase() === booted) ||
      (fileSystem === 'iso9660' && label === 'HAOS'),
  );
  if (!ours) return passed('system', `the running system is not on ${disk.path}`);
  const message = `the running system, or its medium, is on ${ours.path}`;
  return failed('system', message, 'Name another disk.');
}

function hasState(disk: BlockDevice): boolean {
  return withDescendants(disk).some(({ label }) => label === STATE_LABEL);
}

function checkState(disk: BlockDevice, { device, keepState = false }: DeviceOptions): Check {
  const id = 'state';
  if (!hasState(disk)) return passed(id, `${disk.path} has no HAOS`);
  const message = `${disk.path} has the state of a HAOS node`;
  if (keepState) return failed(id, message, 'Boot with haos.mode=install and name the disk to replace it.');
  if (device === undefined) return failed(id, message, 'Name the disk to replace it.');
  return passed(id, `${message}; it will be replaced, because the disk is named`);
}
