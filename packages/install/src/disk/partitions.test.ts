import { expect, it } from 'vitest';
import { findPartition, partitionPath, planPartitions, renderSfdisk } from './partitions.js';
import { placesOf } from './places.js';

const TB = 10 ** 12;

it.each([
  [
    'a BIOS machine: one bootable partition',
    { firmware: 'bios', size: 8e9 } as const,
    'label: dos\nstart=1MiB, type=83, bootable\n',
  ],
  [
    'a BIOS machine beyond the limit of the msdos table: a partition for GRUB',
    { firmware: 'bios', size: 3 * TB } as const,
    'label: gpt\nstart=1MiB, size=1MiB, type=21686148-6449-6E6F-744E-656564454649\nstart=2MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n',
  ],
  [
    'an EFI machine: the system partition of the firmware',
    { firmware: 'efi', size: 8e9 } as const,
    'label: gpt\nstart=1MiB, size=260MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nstart=261MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n',
  ],
  [
    'any machine: what both firmwares need, and the state last',
    { firmware: 'both', size: 8e9 } as const,
    'label: gpt\nstart=1MiB, size=1MiB, type=21686148-6449-6E6F-744E-656564454649\nstart=2MiB, size=260MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nstart=262MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n',
  ],
])('partitions the disk of %s', (_title, machine, sfdisk) => {
  expect(renderSfdisk(planPartitions(machine))).toBe(sfdisk);
});

it.each([
  [
    'BIOS',
    { firmware: 'bios', size: 8e9 } as const,
    'label: dos\nstart=1MiB, size=3072MiB, type=83, bootable\nstart=3073MiB, type=83\n',
  ],
  [
    'EFI',
    { firmware: 'efi', size: 8e9 } as const,
    'label: gpt\nstart=1MiB, size=260MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nstart=261MiB, size=3072MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\nstart=3333MiB, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n',
  ],
])('puts encrypted data into a partition behind the state, with %s', (_title, machine, sfdisk) => {
  const plan = planPartitions({ ...machine, encrypts: true });

  expect(renderSfdisk(plan)).toBe(sfdisk);
  expect(placesOf({ path: '/dev/vda' }, plan).data).toBe(`/dev/vda${plan.partitions.length}`);
  expect(placesOf({ path: '/dev/vda' }, planPartitions(machine))).not.toHaveProperty('data');
});

it('uses the msdos table up to its limit', () => {
  const tableOf = (size: number) => planPartitions({ firmware: 'bios', size }).table;

  expect([tableOf(2 ** 41), tableOf(2 ** 41 + 512)]).toEqual(['dos', 'gpt']);
});

it('labels the file systems', () => {
  const plan = planPartitions({ firmware: 'efi', size: 8e9 });

  expect(findPartition(plan, 'efi')).toMatchObject({ number: 1, fileSystem: 'vfat', label: 'HAOS_GRUB' });
  expect(findPartition(plan, 'state')).toMatchObject({ number: 2, fileSystem: 'ext4', label: 'HAOS_STATE' });
  expect(() => findPartition(plan, 'boot')).toThrowError(
    expect.objectContaining({ code: 'HAOS_INSTALL_NO_PARTITION' }),
  );
});

it.each([
  ['/dev/sda', '/dev/sda2'],
  ['/dev/vdb', '/dev/vdb2'],
  ['/dev/xvda', '/dev/xvda2'],
  ['/dev/nvme0n1', '/dev/nvme0n1p2'],
  ['/dev/mmcblk0', '/dev/mmcblk0p2'],
  ['/dev/loop3', '/dev/loop3p2'],
])('names the second partition of %s %s', (disk, partition) => {
  expect(partitionPath(disk, 2)).toBe(partition);
});
