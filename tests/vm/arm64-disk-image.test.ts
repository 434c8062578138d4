import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSeedImage } from '@haos/cc/testing';
import { afterAll, expect, it } from 'vitest';
import { must } from '../loop/loop-disk.js';
import { buildDiskImage, expectGrown, startConfigured } from './disk-image.js';
import { ARM64_EFI, NETWORK } from './image.js';
import type { Machine } from './machine.js';
import { readStatus } from './status.js';

const directory = mkdtempSync(join(tmpdir(), 'haos-image-'));
let machine: Machine | undefined;

afterAll(async () => {
  await machine?.stop();
  rmSync(directory, { recursive: true });
});

it('a disk image for arm64 boots on a larger disk, configured by a drive', async () => {
  const [disk, seed] = [join(directory, 'disk.qcow2'), join(directory, 'seed.iso')];
  const image = buildDiskImage('qcow2', { architecture: 'arm64' });
  must('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', image, '-F', 'qcow2', disk, '6G');
  machine = await startConfigured('arm64-disk-image', {
    architecture: 'arm64',
    args: [...ARM64_EFI, '-drive', `file=${disk},format=qcow2,if=virtio,cache=unsafe`, ...NETWORK],
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
  await expectGrown(machine);
});
