import { expect, it } from 'vitest';
import { findBlockDevice, listBlockDevices, parseBlockDevices } from './block.js';
import { createTestHost } from './testing.js';

const LSBLK = JSON.stringify({
  blockdevices: [
    {
      path: '/dev/vda',
      type: 'disk',
      size: 8589934592,
      ro: false,
      mountpoints: [null],
      fstype: null,
      model: 'A disk ',
      children: [
        {
          path: '/dev/vda1',
          type: 'part',
          size: '8588886016',
          ro: '0',
          mountpoints: ['/haos', '/var'],
          fstype: 'ext4',
          label: 'HAOS_STATE',
        },
      ],
    },
    { path: '/dev/sr0', type: 'rom', size: 1024, ro: true, mountpoints: [] },
  ],
});

it('lists disks and what is on them', async () => {
  const host = createTestHost({ commands: { lsblk: { stdout: LSBLK } } });

  const devices = await listBlockDevices(host);

  expect(devices).toMatchObject([
    {
      path: '/dev/vda',
      size: 8589934592,
      isReadOnly: false,
      mountPoints: [],
      fileSystem: undefined,
      model: 'A disk',
    },
    { path: '/dev/sr0', type: 'rom', isReadOnly: true, children: [] },
  ]);
  expect(findBlockDevice(devices, '/dev/vda1')).toMatchObject({
    label: 'HAOS_STATE',
    size: 8588886016,
    mountPoints: ['/haos', '/var'],
  });
  expect(findBlockDevice(devices, '/dev/vdb')).toBeUndefined();
  expect(host.operations).toEqual([]);
  host.dispose();
});

it('knows none where no command runs', () => {
  expect(parseBlockDevices('')).toEqual([]);
});

it.each(['nothing', '{}'])('does not take %j for an answer', (text) => {
  expect(() => parseBlockDevices(text)).toThrowError(expect.objectContaining({ code: 'HAOS_BLOCK_UNKNOWN' }));
});
