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

it('takes the only disk that fits', async () => {
  const used: Disk = { path: '/dev/vdc', mountpoints: ['/'] };
  const small: Disk = { path: '/dev/vdd', size: 1e9 };

  const { failed, disk } = await find([USB, used, small, EMPTY, { path: '/dev/sr0', type: 'rom' }], {});

  expect(failed).toEqual([]);
  expect(disk?.path).toBe('/dev/vda');
});

it('takes a disk by any of its names', async () => {
  expect((await find([EMPTY, NODE], { device: '/dev/disk/by-id/vda' })).disk?.path).toBe('/dev/vda');
});

it('takes a disk that an installation which was killed left mounted', async () => {
  const [mine, other] = ['/run/haos/install', '/mnt'].map((where) => ({ ...EMPTY, mountpoints: [where] }));
  const options = { device: '/dev/vda', mountPoint: '/run/haos/install' };

  expect((await find([mine!], options)).failed).toEqual([]);
  expect((await find([other!], options)).failed).toEqual(['in-use']);
});

it('replaces the state of a node only when the disk is named', async () => {
  expect(await find([NODE], { device: '/dev/vdb' })).toMatchObject({ failed: [], replacesState: true });
  expect((await find([NODE], {})).failed).toEqual(['state']);
  expect((await find([NODE], { device: '/dev/vdb', keepState: true })).failed).toEqual(['state']);
});

it.each<[title: string, id: string, disks: Disk[], options: Partial<DeviceOptions>]>([
  ['none of several', 'device', [EMPTY, { path: '/dev/vdc' }], {}],
  ['none where there is none', 'device', [], {}],
  ['no partition', 'device', [NODE], { device: '/dev/vdb1' }],
  ['no unknown device', 'device', [EMPTY], { device: '/dev/vdz' }],
  ['nothing that is write-protected', 'device', [{ ...EMPTY, ro: true }], { device: '/dev/vda' }],
  ['nothing too small', 'size', [EMPTY], { device: '/dev/vda', minimumSize: 9e9 }],
  [
    'nothing with a mounted partition',
    'in-use',
    [{ ...EMPTY, children: [{ path: '/dev/vda1', mountpoints: ['/mnt'] }] }],
    { device: '/dev/vda' },
  ],
  ['no swap', 'in-use', [{ ...EMPTY, mountpoints: ['[SWAP]'] }], { device: '/dev/vda' }],
  [
    'no part of a volume group',
    'in-use',
    [{ ...EMPTY, children: [{ path: '/dev/mapper/a', type: 'lvm' }] }],
    { device: '/dev/vda' },
  ],
  [
    'no member of a group that is not active',
    'in-use',
    [{ ...EMPTY, fstype: 'LVM2_member' }],
    { device: '/dev/vda' },
  ],
  ['no member of an array', 'in-use', [{ ...EMPTY, fstype: 'linux_raid_member' }], { device: '/dev/vda' }],
  ['not the medium', 'system', [USB], { device: '/dev/sda' }],
  [
    'not the disk of the running system',
    'system',
    [NODE],
    { device: '/dev/vdb', commandLine: 'haos.state=UUID=ab-CD x' },
  ],
])('takes %s', async (_title, id, disks, options) => {
  const { failed, checks } = await find(disks, options);

  expect(failed).toEqual([id]);
  expect(checks.find((check) => !check.ok)?.hint).toBeDefined();
});

it('proposes only disks that can be taken', async () => {
  const hintOf = async (disks: Disk[]) => (await find(disks, { device: '/dev/vdz' })).checks[0]?.hint;
  const mounted = { path: '/dev/vdc', mountpoints: ['/'] };

  expect(await hintOf([EMPTY, mounted])).toBe('Name one of /dev/vda.');
  expect(await hintOf([mounted])).toBe('None of /dev/vdc can be taken; name one to see why.');
});
