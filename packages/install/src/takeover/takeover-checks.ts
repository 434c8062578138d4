import type { Host } from '@haos/host';
import { type BlockDevice, findBlockDevice, listBlockDevices, withDescendants } from '@haos/host/internal';
import type { Check } from '@haos/system';
import { checkSpace, failed, passed } from '@haos/system/internal';
import { type DiskFirmware, type Firmware, listFirmware } from '../disk/partitions.js';

/** The root file system of another distribution, which HAOS takes over. */
export interface TakeoverTarget {
  /** The partition, such as `/dev/vda1`. */
  partition: BlockDevice;
  /** The UUID of its file system. */
  uuid: string;
  /**
   * The paths that the first boot deletes: everything except HAOS and the boot loader. Absolute, in
   * byte order.
   */
  deleted: readonly string[];
}

export interface TakeoverCheckOptions {
  /** The partition of the root file system, such as `/dev/vda1`. */
  device: string;
  firmware: DiskFirmware;
  /** The mount point of that file system. Default `/`. */
  root?: string;
  /** Bytes that HAOS needs on it. */
  size: number;
}

/**
 * Paths that are kept; the boot scripts use the same list
 * (`os/overlay/initrd/lib/haos/takeover.sh`).
 */
const KEPT = ['boot', 'haos', 'lost+found'];

/** Directories without content of their own. */
const VIRTUAL = ['dev', 'proc', 'run', 'sys', 'tmp'];

/** Bytes to leave free for the links, the configuration and the journal of the file system. */
const MARGIN = 64_000_000;

/** The platforms of GRUB that may have booted a machine with this firmware. */
const PLATFORMS: Readonly<Record<Firmware, readonly string[]>> = {
  bios: ['i386-pc'],
  efi: ['x86_64-efi', 'arm64-efi'],
};

/**
 * Checks whether a running distribution can be taken over: its root is ext4 on a plain partition,
 * which is the named one; `/boot` is on it; and GRUB reads `/boot/grub/grub.cfg`. Changes nothing.
 * The target is undefined if a check failed.
 */
export async function checkTakeover(
  host: Host,
  options: TakeoverCheckOptions,
): Promise<{ checks: readonly Check[]; target?: TakeoverTarget }> {
  const { device, root = '/' } = options;
  const mounted = await findMount(host, root);
  const { stdout: path } = await host.run('readlink', ['-m', device], { readOnly: true });
  const devices = await listBlockDevices(host);
  const partition = findBlockDevice(devices, path);
  const checks = [
    checkRoot(mounted, { device, path, root }),
    checkPlain(devices, partition, path),
    await checkBoot(host, mounted, root),
    checkGrub(host, options),
    checkRoom(host, options),
  ];
  if (!mounted || !partition || !checks.every(({ ok }) => ok)) return { checks };
  return { checks, target: { partition, uuid: mounted.uuid, deleted: listDeleted(host, root) } };
}

interface Mount {
  source: string;
  fstype: string;
  uuid: string;
}

/** Returns the mount that holds a path; undefined if it is not on a mounted device. */
async function findMount(host: Host, path: string): Promise<Mount | undefined> {
  const args = ['--json', '--output', 'SOURCE,FSTYPE,UUID', '--target', path];
  const { stdout } = await host.run('findmnt', args, { readOnly: true, accept: [0, 1] });
  if (stdout === '') return undefined;
  const [mount] = (JSON.parse(stdout) as { filesystems: readonly Mount[] }).filesystems;
  return mount;
}

function checkRoot(
  mount: Mount | undefined,
  { device, path, root }: { device: string; path: string; root: string },
): Check {
  const id = 'takeover-root';
  if (mount?.fstype !== 'ext4') {
    const message = `${root} is ${mount?.fstype ?? 'no file system'}, not ext4`;
    return failed(id, message, 'Install on another disk; only ext4 can be taken over.');
  }
  if (mount.source !== path) {
    const message = `${root} is on ${mount.source}, not on ${device}`;
    return failed(id, message, `Name ${mount.source} if HAOS should take it over.`);
  }
  return passed(id, `${root} is ext4 on ${path}`);
}

function checkPlain(
  devices: readonly BlockDevice[],
  partition: BlockDevice | undefined,
  path: string,
): Check {
  const id = 'takeover-partition';
  const disk = devices.find((candidate) => candidate.children.some((child) => child.path === path));
  const uses = partition ? withDescendants(partition).slice(1) : [];
  if (partition?.type === 'part' && disk && uses.length === 0)
    return passed(id, `${path} is a partition of ${disk.path}`);
  const message = `${path} is not a plain partition of a disk${partition ? ` (${partition.type})` : ''}`;
  return failed(id, message, 'Install on another disk; LVM, RAID and encryption cannot be taken over.');
}

async function checkBoot(host: Host, mount: Mount | undefined, root: string): Promise<Check> {
  const id = 'takeover-boot';
  const boot = join(root, 'boot');
  const isThere = host.files.lstat(boot)?.type === 'directory';
  const found = isThere ? await findMount(host, boot) : undefined;
  if (found && found.source === mount?.source) return passed(id, `${boot} is on the same partition`);
  const message = found ? `${boot} is on ${found.source}` : `${boot} is not a directory`;
  return failed(id, message, 'Install on another disk; the boot loader reads another partition.');
}

function checkGrub(host: Host, { root = '/', firmware }: TakeoverCheckOptions): Check {
  const id = 'takeover-grub';
  const directory = join(root, 'boot/grub');
  const hint = 'Install GRUB in /boot/grub, or install on another disk.';
  const isDirectory = host.files.lstat(directory)?.type === 'directory';
  const file = `${directory}/grub.cfg`;
  if (!isDirectory || host.files.lstat(file)?.type !== 'file')
    return failed(id, `GRUB has no configuration ${file}`, hint);
  // A distribution that calls GRUB 2 grub2 makes it read this directory.
  if (host.files.stat(join(root, 'boot/grub2/grub.cfg')))
    return failed(id, `GRUB reads ${join(root, 'boot/grub2')}, not ${directory}`, hint);
  const platforms = listFirmware(firmware).flatMap((each) => PLATFORMS[each]);
  const platform = platforms.find((name) => host.files.stat(`${directory}/${name}/normal.mod`));
  if (!platform) return failed(id, `GRUB for ${firmware} is not installed in ${directory}`, hint);
  return passed(id, `GRUB (${platform}) reads ${file}`);
}

function checkRoom(host: Host, { root = '/', size }: TakeoverCheckOptions): Check {
  const hint = 'Free some space, or install on another disk.';
  const check = checkSpace({ room: host.files.freeSpace(root), needed: size + MARGIN, hint });
  return { ...check, id: 'takeover-space' };
}

function listDeleted(host: Host, root: string): string[] {
  return host.files
    .list(root)
    .filter((name) => !KEPT.includes(name) && !VIRTUAL.includes(name))
    .map((name) => `/${name}`);
}

function join(root: string, path: string): string {
  return root === '/' ? `/${path}` : `${root}/${path}`;
}
