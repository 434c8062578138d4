import { HaosError } from './errors.js';
import type { Host } from './host/types.js';

/** A disk, a partition, or something that lies on them, as lsblk(8) tells. */
export interface BlockDevice {
  /** Such as `/dev/vda1`. */
  path: string;
  /** `disk`, `part`, `loop`, `rom`, `crypt`, `lvm`, `raid1`, ... */
  type: string;
  /** Bytes. */
  size: number;
  isReadOnly: boolean;
  /** Where it is mounted; `[SWAP]` for swap. */
  mountPoints: readonly string[];
  fileSystem: string | undefined;
  label: string | undefined;
  uuid: string | undefined;
  model: string | undefined;
  serial: string | undefined;
  /** Such as `usb`, `nvme`, `sata`. */
  transport: string | undefined;
  /** Partitions, and what uses the device. */
  children: readonly BlockDevice[];
}

const COLUMNS = 'PATH,TYPE,SIZE,RO,MOUNTPOINTS,FSTYPE,LABEL,UUID,MODEL,SERIAL,TRAN';

/** The block devices of this machine, disks first level; what is on them below. Needs lsblk of util-linux 2.37 or newer. */
export async function listBlockDevices(host: Host): Promise<BlockDevice[]> {
  const args = ['--json', '--bytes', '--tree', '--output', COLUMNS];
  const { stdout } = await host.run('lsblk', args, { readOnly: true });
  return parseBlockDevices(stdout);
}

/** What lsblk prints with --json; HAOS_BLOCK_UNKNOWN when it is not that. */
export function parseBlockDevices(json: string): BlockDevice[] {
  if (json === '') return [];
  try {
    const { blockdevices } = JSON.parse(json) as { blockdevices: readonly LsblkDevice[] };
    return blockdevices.map(toDevice);
  } catch (error) {
    throw new HaosError('HAOS_BLOCK_UNKNOWN', 'lsblk does not tell which disks there are', { cause: error });
  }
}

/** A device and everything on it. */
export function withDescendants(device: BlockDevice): BlockDevice[] {
  return [device, ...device.children.flatMap(withDescendants)];
}

/** The device with a path, wherever it is; undefined when there is none. */
export function findBlockDevice(devices: readonly BlockDevice[], path: string): BlockDevice | undefined {
  return devices.flatMap(withDescendants).find((device) => device.path === path);
}

interface LsblkDevice {
  path: string;
  type: string;
  size: number | string;
  ro: boolean | string;
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
