import { createTestHost } from '@haos/host/testing';
import { expect, it } from 'vitest';
import { type DeviceOptions, findDevice } from './device.js';

interface Disk {
  path: string;
  type?: string;
  size?: number;
  ro?: boolean;
  label?: string;
  fstype?: string;
  uuid?: string;
  mountpoints?: string[];
  children?: Disk[];
}

const EMPTY: Disk = { path: '/dev/vda' };
const USB: Disk = { path: '/dev/sda', fstype: 'iso9660', label: 'HAOS' };
const NODE: Disk = {
  path: '/dev/vdb',
  children: [{ path: '/dev/vdb1', type: 'part', fstype: 'ext4', label: 'HAOS_STATE', uuid: 'AB-cd' }],
};

function lsblk(disks: readonly Disk[]): object[] {
  return disks.map(({ children = [], ...disk }) => ({
    type: 'disk',
    size: 8e9,
    ro: false,
    mountpoints: [null],
    ...disk,
    children: lsblk(children.map((child) => ({ type: 'part', ...child }))),
  }));
}

async function find(disks: readonly Disk[], options: Partial<DeviceOptions>) {
  const host = createTestHost({
    commands: {
      lsblk: { stdout: JSON.stringify({ blockdevices: lsblk(disks) }) },
      blkid: {},
      readlink: ({ args }) => ({ stdout: args.at(-1)?.replace('/dev/disk/by-id/', '/dev/') ?? '' }),
    },
  });
  const found = await findDevice(host, { commandLine: 'quiet', ...options });
  host.dispose();
  return { ...found, failed: found.checks.filter(({ ok }) => !ok).map(({ id }) => id) };
}

it('chooses the only disk that fits', async () => {
  const used: Disk = { path: '/dev/vdc', mountpoints: ['/'] };
  const small: Disk = { path: '/dev/vdd', size: 1e9 };

  const { failed, disk } = await find([USB, used, small, EMPTY, { path: '/dev/sr0', type: 'rom' }], {});

  expect(failed).toEqual([]);
  expect(disk?.path).toBe('/dev/vda');
});

it('does not take the boot partitions of an eMMC, which are disks of their own', async () => {
  const boot = ['/dev/mmcblk0boot0', '/dev/mmcblk0boot1'].map((path) => ({ path, size: 4194304, ro: true }));

  expect((await find([...boot, { path: '/dev/mmcblk0' }], {})).disk?.path).toBe('/dev/mmcblk0');
});

it('finds a disk by any of its names', async () => {
  expect((await find([EMPTY, NODE], { device: '/dev/disk/by-id/vda' })).disk?.path).toBe('/dev/vda');
});

it('accepts a disk that a killed installation left mounted', async () => {
  const [mine, other] = ['/run/haos/install', '/mnt'].map((where) => ({ ...EMPTY, mountpoints: [where] }));
  const options = { device: '/dev/vda', mountPoint: '/run/haos/install' };

  expect((await find([mine!], options)).failed).toEqual([]);
  expect((await find([other!], options)).failed).toEqual(['in-use']);
});

it('replaces the state of a node only if the disk is named', async () => {
  expect(await find([NODE], { device: '/dev/vdb' })).toMatchObject({ failed: [], replacesState: true });
  expect((await find([NODE], {})).failed).toEqual(['state']);
  expect((await find([NODE], { device: '/dev/vdb', keepState: true })).failed).toEqual(['state']);
});

it.each<[title: string, id: string, disks: Disk[], options: Partial<DeviceOptions>]>([
  ['several disks that fit', 'device', [EMPTY, { path: '/dev/vdc' }], {}],
  ['a machine without disks', 'device', [], {}],
  ['a partition', 'device', [NODE], { device: '/dev/vdb1' }],
  ['an unknown device', 'device', [EMPTY], { device: '/dev/vdz' }],
  ['a write-protected disk', 'device', [{ ...EMPTY, ro: true }], { device: '/dev/vda' }],
  ['a disk that is too small', 'size', [EMPTY], { device: '/dev/vda', minimumSize: 9e9 }],
  [
    'a disk with a mounted partition',
    'in-use',
    [{ ...EMPTY, children: [{ path: '/dev/vda1', mountpoints: ['/mnt'] }] }],
    { device: '/dev/vda' },
  ],
  ['swap', 'in-use', [{ ...EMPTY, mountpoints: ['[SWAP]'] }], { device: '/dev/vda' }],
  [
    'a disk with a logical volume',
    'in-use',
    [{ ...EMPTY, children: [{ path: '/dev/mapper/a', type: 'lvm' }] }],
    { device: '/dev/vda' },
  ],
  [
    'a member of an inactive volume group',
    'in-use',
    [{ ...EMPTY, fstype: 'LVM2_member' }],
    { device: '/dev/vda' },
  ],
  ['a member of an array', 'in-use', [{ ...EMPTY, fstype: 'linux_raid_member' }], { device: '/dev/vda' }],
  ['the medium', 'system', [USB], { device: '/dev/sda' }],
  [
    'the disk of the running system',
    'system',
    [NODE],
    { device: '/dev/vdb', commandLine: 'haos.state=UUID=ab-CD x' },
  ],
])('refuses %s', async (_title, id, disks, options) => {
  const { failed, checks } = await find(disks, options);

  expect(failed).toEqual([id]);
  expect(checks.find((check) => !check.ok)?.hint).toBeDefined();
});

it('proposes only disks that fit', async () => {
  const hintOf = async (disks: Disk[]) => (await find(disks, { device: '/dev/vdz' })).checks[0]?.hint;
  const mounted = { path: '/dev/vdc', mountpoints: ['/'] };

  expect(await hintOf([EMPTY, mounted])).toBe('Name one of /dev/vda.');
  expect(await hintOf([mounted])).toBe('None of /dev/vdc can be used; name one to see why.');
});
