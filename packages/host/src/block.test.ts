import { expect, it } from 'vitest';
import { findBlockDevice, listBlockDevices, parseBlockDevices } from './block.js';
import { createTestHost } from './testing.js';

const STATE = 'DEVNAME=/dev/vda1\nLABEL=HAOS_STATE\nUUID=1-2\nTYPE=ext4\nPARTLABEL=a\\ b\n';
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
        },
      ],
    },
    { path: '/dev/sr0', type: 'rom', size: 1024, ro: true, mountpoints: [] },
  ],
});

it('lists disks and what is on them', async () => {
  const host = createTestHost({
    commands: {
      lsblk: { stdout: LSBLK },
      'blkid -p -o export /dev/vda': { stdout: 'DEVNAME=/dev/vda\nPTTYPE=dos\n' },
      'blkid -p -o export /dev/vda1': { stdout: STATE },
      'blkid -p -o export /dev/sr0': { exitCode: 2 },
    },
  });

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
    fileSystem: 'ext4',
    label: 'HAOS_STATE',
    uuid: '1-2',
    size: 8588886016,
    mountPoints: ['/haos', '/var'],
  });
  expect(findBlockDevice(devices, '/dev/vdb')).toBeUndefined();
  expect(host.operations).toEqual([]);
  host.dispose();
});

it('lists no devices if no command runs', () => {
  expect(parseBlockDevices('')).toEqual([]);
});

it.each(['nothing', '{}'])('rejects %j as an answer', (text) => {
  expect(() => parseBlockDevices(text)).toThrowError(expect.objectContaining({ code: 'HAOS_BLOCK_UNKNOWN' }));
});
