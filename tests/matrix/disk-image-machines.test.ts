import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSeedImage } from '@haos/cc/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { must } from '../loop/loop-disk.js';
import { buildDiskImage, startConfigured } from '../vm/disk-image.js';
import { NETWORK, secureBootArguments } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus } from '../vm/status.js';

const directory = mkdtempSync(join(tmpdir(), 'haos-image-'));
const seed = join(directory, 'seed.iso');
let image: string;
let machine: Machine;

beforeAll(() => {
  image = buildDiskImage('raw');
});
afterEach(() => machine.stop());
afterAll(() => rmSync(directory, { recursive: true }));

/** Makes a larger disk with the content of an image. */
function clone(name: string, from = image): string {
  const disk = join(directory, name);
  must('qemu-img', 'convert', '-O', 'raw', from, disk);
  must('truncate', '--size', '6G', disk);
  return disk;
}

const virtio = (disk: string) => ['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`];
const deliver = (userData: string) => {
  writeFileSync(seed, makeSeedImage({ userData }));
  return ['-cdrom', seed];
};
const readSize = async (device: string) => Number(await machine.read(`blockdev --getsize64 ${device}`));

it('a disk image boots with Secure Boot, as machines are delivered', async () => {
  const args = [...secureBootArguments(directory), ...virtio(clone('secure')), ...NETWORK];
  machine = await startConfigured('disk-image-secure-boot', { args, deliver });

  expect(JSON.parse((await machine.run('haos status --format json')).output)).toMatchObject({
    secureBoot: true,
  });
  expect(await readSize('/dev/vda3')).toBeGreaterThan(5_700_000_000);
});

it('the image for VMware boots from its disks, with its network card', async () => {
  const disk = clone('vmware', buildDiskImage('vmdk', { options: ['--kernel', 'generic'] }));
  const drive = ['-drive', `file=${disk},format=raw,if=none,id=disk,cache=unsafe`];
  const devices = ['-device', 'pvscsi', '-device', 'scsi-hd,drive=disk', '-nic', 'user,model=vmxnet3'];
  machine = await startConfigured('disk-image-vmware', {
    args: [...drive, ...devices],
    deliver,
  });

  expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  expect(await readSize('/dev/sda3')).toBeGreaterThan(5_700_000_000);
  expect(await machine.read('cat /proc/modules')).toMatch(
    /vmxnet3[\s\S]*vmw_pvscsi|vmw_pvscsi[\s\S]*vmxnet3/,
  );
});

it('a disk grows although the power fails again and again while it does', async () => {
  const args = [...virtio(clone('cut')), ...NETWORK];
  for (const [index, milliseconds] of [0, 150, 400, 1000].entries()) {
    machine = await startMachine({ name: `disk-image-cut-${index}`, memory: 768, args });
    // Once the partition has grown, the file system does so without a word.
    await machine.expect(/growing the partition|login: /, 480);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await machine.stop();
  }
  machine = await startConfigured('disk-image-after-cuts', { args, deliver });

  const size = await readSize('/dev/vda3');
  expect(size).toBeGreaterThan(5_700_000_000);
  expect(Number(await machine.read('df -B1 --output=size /var | tail -n 1'))).toBeGreaterThan(5_400_000_000);
  expect(await machine.read('sfdisk --verify /dev/vda 2>&1')).toMatch(/No errors detected/);
});
