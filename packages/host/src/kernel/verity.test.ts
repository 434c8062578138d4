import { expect, it, onTestFinished } from 'vitest';
import { createTestHost } from '../testing.js';
import { readRootHash } from './verity.js';

const HASH = '0123456789abcdef'.repeat(4);

it.each([
  ['that of the device', { '/sys/block/dm-0/dm/uuid': `HAOS-VERITY-haos-rootfs-${HASH}\n` }, HASH],
  ['not that of other images', { '/sys/block/dm-1/dm/uuid': `HAOS-VERITY-haos-kernel-${HASH}\n` }, undefined],
  [
    'not that of other devices',
    { '/sys/block/dm-0/dm/uuid': `LVM-${HASH}\n`, '/sys/block/vda/size': '1' },
    undefined,
  ],
  ['not known without device-mapper', { '/sys/block/vda/size': '1' }, undefined],
  ['not known for a directory tree', {}, undefined],
])('the root hash is %s', (_title, tree, expected) => {
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());

  expect(readRootHash(host)).toBe(expected);
});
