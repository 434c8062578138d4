import { expect, it } from 'vitest';
import { createTestHost } from '../testing.js';
import {
  escapeField,
  type Mount,
  mountAt,
  mountOf,
  mountsWithin,
  parseMounts,
  readMounts,
} from './mounts.js';

/**
 * As on a node: what was mounted before the root is listed before it, because it was moved. A
 * partition is shown at several places, and two places are covered.
 */
const TABLE = parseMounts(
  [
    '22 28 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw',
    '23 28 0:22 / /proc rw - proc proc rw',
    '28 1 0:30 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a',
    '30 28 8:1 / /.base rw,noatime shared:2 master:3 - ext4 /dev/sda1 rw',
    '31 28 8:1 /haos/system /haos/system ro,noatime - ext4 /dev/sda1 rw',
    '32 28 8:1 /haos/data/var /var rw,noatime - ext4 /dev/sda1 rw',
    '33 32 8:16 / /var/lib/a\\040b rw - xfs /dev/disk/by-label/c\\134d rw',
    '34 28 11:0 / /srv/cd rw - iso9660 /dev/sr0 ro',
    // Mounted twice at the same place.
    '40 28 8:2 / /mnt rw - ext4 /dev/sda2 rw',
    '41 40 0:50 / /mnt ro - tmpfs tmpfs rw',
    // A mount, and then another above it, which covers it.
    '50 28 8:3 / /srv/a/b rw - ext4 /dev/sda3 rw',
    '51 28 8:4 / /srv/a rw - ext4 /dev/sda4 rw',
    '60 28 8:5 / /srv/- rw - ext4 /dev/root\\043 rw\n',
  ].join('\n'),
);

it.each<[path: string, target: string, source: string]>([
  ['/', '/', 'overlay'],
  ['/etc/passwd', '/', 'overlay'],
  ['/sys', '/sys', 'sysfs'],
  ['/sys/fs/cgroup', '/sys', 'sysfs'],
  ['/system', '/', 'overlay'],
  ['/haos', '/', 'overlay'],
  ['/haos/system/haos/current', '/haos/system', '/dev/sda1'],
  ['/var/lib/rancher', '/var', '/dev/sda1'],
  ['/var/lib/a b/c', '/var/lib/a b', '/dev/disk/by-label/c\\d'],
  ['/var/lib/a\\040b', '/var', '/dev/sda1'],
  ['/mnt/x', '/mnt', 'tmpfs'],
  ['/srv/a/b/c', '/srv/a', '/dev/sda4'],
  ['/srv/-', '/srv/-', '/dev/root#'],
])('%s is on %s from %s', (path, target, source) => {
  expect(mountOf(TABLE, path)).toMatchObject({ target, source });
});

it.each<[path: string, isReadOnly: boolean | undefined]>([
  ['/', false],
  ['/.base', false],
  ['/haos/system', true],
  ['/haos', undefined],
  ['/srv/cd', true],
  ['/mnt', true],
  ['/srv/a', false],
  ['/srv/a/b', undefined],
  ['/var/lib/a b', false],
])('%s is a mount point that is read-only: %s', (path, isReadOnly) => {
  expect(mountAt(TABLE, path)?.isReadOnly).toBe(isReadOnly);
});

it('reports the part of a file system, its type and how mounts propagate', () => {
  expect(mountAt(TABLE, '/haos/system')).toEqual<Mount>({
    id: 31,
    parent: 28,
    root: '/haos/system',
    target: '/haos/system',
    type: 'ext4',
    source: '/dev/sda1',
    options: ['ro', 'noatime'],
    isReadOnly: true,
    isShared: false,
  });
  expect(TABLE.filter(({ isShared }) => isShared).map(({ target }) => target)).toEqual([
    '/sys',
    '/',
    '/.base',
  ]);
});

it('lists what to unmount, the latest first', () => {
  const within = (path: string) => mountsWithin(TABLE, path).map(({ source }) => source);

  expect(within('/mnt')).toEqual(['tmpfs', '/dev/sda2']);
  expect(within('/srv/a')).toEqual(['/dev/sda4', '/dev/sda3']);
  expect(within('/sr')).toEqual([]);
  expect(within('/')).toHaveLength(TABLE.length);
});

it('works for a process whose root is a directory, and for the first root of a kernel', () => {
  const inside = parseMounts(
    '70 28 8:1 / /data rw - ext4 /dev/sda1 rw\n71 70 8:2 / /data/a rw - xfs /dev/sdb rw\n',
  );
  const first = parseMounts('1 1 0:2 / / rw - rootfs rootfs rw\n');

  expect(mountOf(inside, '/etc')).toBeUndefined();
  expect(mountOf(inside, '/data/a/b')?.source).toBe('/dev/sdb');
  expect(mountOf(first, '/etc')?.type).toBe('rootfs');
});

it('knows nothing of a directory tree', () => {
  const host = createTestHost();

  expect(readMounts(host)).toEqual([]);
  expect(mountOf([], '/')).toBeUndefined();
  host.dispose();
});

it.each(['/srv/a', '/srv/a b', '/srv/a\\b', '/srv/a\\040', '/srv/a\tb\nc'])(
  '%j survives encoding',
  (path) => {
    const [mount] = parseMounts(`1 0 8:1 / ${escapeField(path)} rw - ext4 /dev/sda1 rw\n`);

    expect(mount?.target).toBe(path);
  },
);
