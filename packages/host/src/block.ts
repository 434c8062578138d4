import { HaosError } from './errors.js';
import type { Host } from './types.js';

/** A disk, a partition, or a device on top of them, as lsblk(8) reports it. */
export interface BlockDevice {
  /** Such as `/dev/vda1`. */
  path: string;
  /** `disk`, `part`, `loop`, `rom`, `crypt`, `lvm`, `raid1`, ... */
  type: string;
  /** Bytes. */
  size: number;
  isReadOnly: boolean;
  /** The smallest unit that the device reads or writes, in bytes: 512 or 4096. */
  sectorSize: number;
  /** For a partition: its type in an msdos table, such as `0x83`, or its GPT GUID in lower case. */
  partitionType: string | undefined;
  /** Where it is mounted; `[SWAP]` for swap. */
  mountPoints: readonly string[];
  fileSystem: string | undefined;
  label: string | undefined;
  uuid: string | undefined;
  model: string | undefined;
  serial: string | undefined;
  /** Such as `usb`, `nvme`, `sata`. */
  transport: string | undefined;
  /** Partitions, and devices that use this one. */
  children: readonly BlockDevice[];
}

const COLUMNS = 'PATH,TYPE,SIZE,RO,LOG-SEC,MOUNTPOINTS,FSTYPE,LABEL,UUID,MODEL,SERIAL,TRAN';

/** Types that can contain a file system. Probing an empty drive would take long. */
const PROBED = ['disk', 'part', 'loop', 'rom'];

/**
 * Lists the block devices of this machine: disks at the first level, devices on them below. Needs
 * lsblk of util-linux 2.37 or newer, and blkid. blkid probes each device for a file system, because
 * lsblk only reports what udev noticed, and nothing without udev.
 */
export async function listBlockDevices(host: Host): Promise<BlockDevice[]> {
  const args = ['--json', '--bytes', '--tree', '--output', COLUMNS];
  const { stdout } = await host.run('lsblk', args, { readOnly: true });
  const devices = parseBlockDevices(stdout);
  const paths = devices
    .flatMap(withDescendants)
    .filter(({ type, size }) => PROBED.includes(type) && size > 0)
    .map(({ path }) => path);
  const found = new Map<string, Probe>();
  // One at a time: some machines have dozens.
  for (const path of paths) found.set(path, await probe(host, path));
  return devices.map((device) => withProbe(device, found));
}

/**
 * Probes one device. Given several devices, blkid stops at the first empty one and would miss the
 * state of a node on the next.
 */
async function probe(host: Host, path: string): Promise<Probe> {
  // 2: it found nothing or could not open the device. 8: it found more than one thing.
  const accept = [0, 2, 8];
  const { stdout } = await host.run('blkid', ['-p', '-o', 'export', path], { readOnly: true, accept });
  return parseProbe(stdout);
}

type Probe = ReadonlyMap<string, string>;

/**
 * Parses the output of `blkid -o export`: one variable per line, special characters after a
 * backslash.
 */
function parseProbe(text: string): Probe {
  const lines = [...text.matchAll(/^(\w+)=(.*)$/gm)];
  return new Map(lines.map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')]));
}

function withProbe(device: BlockDevice, found: ReadonlyMap<string, Probe>): BlockDevice {
  const probe = found.get(device.path);
  return {
    ...device,
    fileSystem: probe?.get('TYPE') ?? device.fileSystem,
    label: probe?.get('LABEL') ?? device.label,
    uuid: probe?.get('UUID') ?? device.uuid,
    partitionType: probe?.get('PART_ENTRY_TYPE') ?? device.partitionType,
    children: device.children.map((child) => withProbe(child, found)),
  };
}

/** Parses the output of `lsblk --json`; throws HAOS_BLOCK_UNKNOWN if it is anything else. */
export function parseBlockDevices(json: string): BlockDevice[] {
  if (json === '') return [];
  try {
    const { blockdevices } = JSON.parse(json) as { blockdevices: readonly LsblkDevice[] };
    return blockdevices.map(toDevice);
  } catch (error) {
    throw new HaosError('HAOS_BLOCK_UNKNOWN', 'cannot list the disks: the output of lsblk is not valid', {
      cause: error,
    });
  }
}

/** Returns a device and everything on it. */
export function withDescendants(device: BlockDevice): BlockDevice[] {
  return [device, ...device.children.flatMap(withDescendants)];
}

/** Finds the device with this path at any level; returns undefined if it does not exist. */
export function findBlockDevice(devices: readonly BlockDevice[], path: string): BlockDevice | undefined {
  return devices.flatMap(withDescendants).find((device) => device.path === path);
}

interface LsblkDevice {
  path: string;
  type: string;
  size: number | string;
  ro: boolean | string;
  'log-sec'?: number | string;
  mountpoints?: readonly (string | null)[];
  fstype?: string | null;
  label?: string | null;
  uuid?: string | null;
  model?: string | null;
  serial?: string | null;
  tran?: string | null;
  children?: readonly LsblkDevice[];
}

function toDevice(device: LsblkDevice): BlockDevice {
  return {
    path: device.path,
    type: device.type,
    size: Number(device.size),
    isReadOnly: device.ro === true || device.ro === '1',
    sectorSize: Number(device['log-sec'] ?? 512),
    partitionType: undefined,
    mountPoints: (device.mountpoints ?? []).filter((point) => point !== null),
    fileSystem: device.fstype ?? undefined,
    label: device.label ?? undefined,
    uuid: device.uuid ?? undefined,
    model: device.model?.trim() || undefined,
    serial: device.serial ?? undefined,
    transport: device.tran ?? undefined,
    children: (device.children ?? []).map(toDevice),
  };
}

/** Returns the UUID of the file system on a device, read by `blkid`; undefined if there is none. */
export async function readFileSystemUuid(host: Host, device: string): Promise<string | undefined> {
  const args = ['-p', '-s', 'UUID', '-o', 'value', device];
  const { stdout } = await host.run('blkid', args, { readOnly: true });
  return stdout.trim() || undefined;
}
