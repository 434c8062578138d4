import { createTestHost } from '@haos/host/testing';
import { expect, it } from 'vitest';
import { releaseMounts } from './release-mounts.js';

const MOUNTS = [
  '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
  '2 1 8:17 / /run/haos/install rw - ext4 /dev/sdb1 rw',
  '3 2 8:18 / /run/haos/install/boot\\040efi rw - vfat /dev/sdb2 rw',
  '4 1 8:33 / /run/haos/install2 rw - ext4 /dev/sdc1 rw\n',
].join('\n');

it('unmounts what is at a directory and below it, the latest first, and retries', async () => {
  const answers = [{ exitCode: 32, stderr: 'target is busy' }, {}, {}];
  const host = createTestHost({
    tree: { '/proc/self/mountinfo': MOUNTS },
    commands: { umount: () => answers.shift() ?? {} },
  });

  await releaseMounts(host, '/run/haos/install');

  expect(host.calls.map(({ args }) => args.join())).toEqual([
    '/run/haos/install/boot efi',
    '/run/haos/install/boot efi',
    '/run/haos/install',
  ]);
  host.dispose();
});
