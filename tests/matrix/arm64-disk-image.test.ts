import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSeedImage } from '@haos/cc/testing';
import { afterAll, expect, it } from 'vitest';
import { must } from '../loop/loop-disk.js';
import { makeStep } from '../vm/debian-guest.js';
import { startConfigured } from '../vm/disk-image.js';
import { ARM64_EFI, diskArguments, NETWORK } from '../vm/image.js';
import type { Machine } from '../vm/machine.js';
import { readStatus } from '../vm/status.js';

const directory = mkdtempSync(join(tmpdir(), 'haos-image-'));
let machine: Machine | undefined;

afterAll(async () => {
  await machine?.stop();
  rmSync(directory, { recursive: true });
});

it('a disk image for arm64 boots on a larger disk, configured by a drive', async () => {
  const [disk, seed] = [join(directory, 'disk'), join(directory, 'seed.iso')];
  must('cp', '--sparse=always', join(makeStep('image-raw', 'arm64'), 'disk.raw'), disk);
  must('truncate', '--size', '6G', disk);
  machine = await startConfigured('arm64-disk-image', {
    architecture: 'arm64',
    args: [...ARM64_EFI, ...diskArguments(disk), ...NETWORK],
    deliver: (userData) => {
      writeFileSync(seed, makeSeedImage({ userData }));
      return ['-drive', `file=${seed},format=raw,if=virtio,readonly=on`];
    },
  });

  expect(await machine.read('uname -m; ls -d /sys/firmware/efi')).toBe('aarch64\n/sys/firmware/efi');
  expect(await readStatus(machine)).toMatchObject({
    mode: 'disk',
    phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    dataSources: { sources: [{ name: 'cdrom', status: 'user-data' }] },
  });
  const size = `lsblk --bytes --noheadings --output SIZE,LABEL | sed -n 's/ *HAOS_STATE$//p'`;
  expect(Number(await machine.read(size))).toBeGreaterThan(5_700_000_000);
}, 3_600_000);
