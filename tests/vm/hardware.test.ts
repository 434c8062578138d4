import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { EFI, sizeDisk, writeInstaller } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { ROOT } from './paths.js';
import { readStatus, waitForRuntime } from './status.js';

/** A board with AHCI and an Intel network card: nothing on it is virtio. */
const BOARD = ['-machine', 'q35', '-nic', 'user,model=e1000'];

const CMDLINE = 'haos.install.silent=true haos.install.device=/dev/nvme0n1 haos.install.power_off=true';

const CONFIG = 'hostname: nvme\nhaos: { password: sesame }\n';

describe('the generic kernel', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const nvme = ['-drive', `file=${disk},format=raw,if=none,id=disk,cache=unsafe`];
  const nvmeDevice = ['-device', 'nvme,drive=disk,serial=1'];
  let iso: string;
  let machine: Machine;

  beforeAll(async () => {
    iso = await buildIso(ROOT, ['--kernel', 'generic']);
  }, 900_000);

  afterAll(() => rmSync(directory, { recursive: true }));

  describe('from a USB stick, on EFI', () => {
    beforeAll(async () => {
      const stick = ['-drive', `if=none,id=stick,format=raw,readonly=on,file=${iso}`];
      const usb = ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=stick'];
      machine = await startMachine({ name: 'hardware-usb', args: [...BOARD, ...EFI, ...stick, ...usb] });
      await machine.logIn(480);
      await waitForRuntime(machine, 300);
    }, 900_000);

    afterAll(() => machine.stop());

    it('runs live from the stick, without a failure', async () => {
      expect(await readStatus(machine)).toMatchObject({
        mode: 'live',
        phases: [{ exitStatus: 0 }, { exitStatus: 0 }],
      });
      expect(await machine.read('findmnt -no SOURCE,FSTYPE /.base')).toBe('/dev/sda iso9660');
    });

    it('has an address on the network card, whose driver it has', async () => {
      expect(await machine.read('readlink /sys/class/net/eth0/device/driver')).toMatch(/\/e1000$/);
      expect(await machine.read('ip -o -4 address show dev eth0 scope global')).toMatch(/inet 10\./);
    });

    it('has firmware, and what the modules name is where they look for it', async () => {
      expect(await machine.read('ls /lib/firmware/bnx2x /lib/firmware/intel/ice/ddp')).not.toBe('');
      expect(await machine.read('ls /lib/firmware/regulatory.db')).not.toBe('');
    });
  });

  describe('from an AHCI disc onto an NVMe disk, on BIOS', () => {
    beforeAll(async () => {
      sizeDisk(disk, 3000);
      const installer = writeInstaller(directory, { iso, cmdline: CMDLINE, config: CONFIG });
      const disc = ['-cdrom', installer, '-boot', 'd'];
      machine = await startMachine({
        name: 'hardware-install',
        args: [...BOARD, ...nvme, ...nvmeDevice, ...disc],
      });
      await machine.expect(/install: HAOS \S+ is on \/dev\/nvme0n1/, 720);
      await machine.ended(240);
      rmSync(installer);
      machine = await startMachine({ name: 'hardware-nvme', args: [...BOARD, ...nvme, ...nvmeDevice] });
      await machine.logIn(480, 'sesame');
      await waitForRuntime(machine, 300);
    }, 1_800_000);

    afterAll(() => machine.stop());

    it('installed itself, and runs from there without a failure', async () => {
      expect(await readStatus(machine)).toMatchObject({
        mode: 'disk',
        phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
      });
      expect(await machine.read('findmnt -no SOURCE,FSTYPE /.base; hostname')).toBe(
        '/dev/nvme0n1p1 ext4\nnvme',
      );
    });
  });
});
