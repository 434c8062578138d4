import { HaosError } from './errors.js';
import type { Host } from './types.js';

/** A disk, a partition, or something that lies on them, as lsblk(8) tells. */
export interface BlockDevice {
  /** Such as `/dev/vda1`. */
  path: string;
  /** `disk`, `part`, `loop`, `rom`, `crypt`, `lvm`, `raid1`, ... */
  type: string;
  /** Bytes. */
  size: number;
  isReadOnly: boolean;
  /** Bytes that the device reads and writes at least: 512 or 4096. */
  sectorSize: number;
  /** Of a partition: a number of the msdos table, such as `0x83`, or a GUID of a GPT in lower case. */
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
  /** Partitions, and what uses the device. */
  children: readonly BlockDevice[];
}

const COLUMNS = 'PATH,TYPE,SIZE,RO,LOG-SEC,MOUNTPOINTS,FSTYPE,LABEL,UUID,MODEL,SERIAL,TRAN';

/** What may hold a file system; asking an empty drive would take long. */
const PROBED = ['disk', 'part', 'loop', 'rom'];

/**
 * The block devices of this machine, disks first level; what is on them below. Needs lsblk of util-linux 2.37 or newer, and blkid. File
 * systems are looked for on the devices themselves: what lsblk knows of them is what udev noticed, and without udev nothing.
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
  // One after the other: some machines have dozens.
  for (const path of paths) found.set(path, await probe(host, path));
  return devices.map((device) => withProbe(device, found));
}

/** What is on one device: blkid, asked for several, ends at the first that is empty, and a node's state on the next would not be seen. */
async function probe(host: Host, path: string): Promise<Probe> {
  // 2: nothing was found, or it could not be opened; 8: more than one thing was.
  const accept = [0, 2, 8];
  const { stdout } = await host.run('blkid', ['-p', '-o', 'export', path], { readOnly: true, accept });
  return parseProbe(stdout);
}

type Probe = ReadonlyMap<string, string>;

/** What blkid prints with `-o export`: a variable a line, a backslash before special characters. */
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
