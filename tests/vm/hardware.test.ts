import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { EFI, sizeDisk, writeInstaller } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { ROOT } from './paths.js';
import { readStatus, waitForRuntime } from './status.js';

/** A board with AHCI and an Intel network card, without virtio devices. */
const BOARD = ['-machine', 'q35', '-nic', 'user,model=e1000'];

/** A disk on the board's own AHCI controller. */
const ahci = (disk: string) => [
  ...['-drive', `file=${disk},format=raw,if=none,id=ahci,cache=unsafe`],
  ...['-device', 'ide-hd,drive=ahci,bus=ide.0'],
];

/** The name of the disk, which may be found before or after the stick. */
const AHCI_DISK = '/dev/$(ls -d /sys/bus/pci/drivers/ahci/*/ata*/host*/target*/*/block/* | sed s,.*/,,)';

const CMDLINE = 'haos.install.silent=true haos.install.device=/dev/nvme0n1 haos.install.power_off=true';

const CONFIG = 'hostname: metal\nhaos: { password: sesame }\n';

describe('the generic kernel', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const ahciDisk = join(directory, 'ahci');
  const nvme = ['-drive', `file=${disk},format=raw,if=none,id=disk,cache=unsafe`];
  const nvmeDevice = ['-device', 'nvme,drive=disk,serial=1'];
  let iso: string;
  let machine: Machine;

  beforeAll(async () => {
    iso = await buildIso(ROOT, ['--no-k3s']);
  }, 900_000);

  afterAll(() => rmSync(directory, { recursive: true }));

  describe('from a USB stick onto an AHCI disk, on EFI', () => {
    beforeAll(async () => {
      const stick = ['-drive', `if=none,id=stick,format=raw,readonly=on,file=${iso}`];
      const usb = ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=stick'];
      sizeDisk(ahciDisk, 3000);
      const args = [...BOARD, ...EFI, ...ahci(ahciDisk), ...stick, ...usb];
      machine = await startMachine({ name: 'hardware-usb', args });
      await machine.logIn(480);
      await waitForRuntime(machine, 300);
    }, 900_000);

    afterAll(() => machine.stop());

    it('runs live from the stick, without a failure', async () => {
      expect(await readStatus(machine)).toMatchObject({
        mode: 'live',
        phases: [{ exitStatus: 0 }, { exitStatus: 0 }],
      });
      expect(await machine.read('findmnt -no SOURCE,FSTYPE /.base')).toMatch(/^\/dev\/sd[ab]1? iso9660$/);
    });

    it('has an address on the network card, and its driver', async () => {
      expect(await machine.read('readlink /sys/class/net/eth0/device/driver')).toMatch(/\/e1000$/);
      expect(await machine.read('ip -o -4 address show dev eth0 scope global')).toMatch(/inet 10\./);
    });

    it('has firmware in the places where the modules look for it', async () => {
      expect(await machine.read('ls /lib/firmware/bnx2x /lib/firmware/intel/ice/ddp')).not.toBe('');
      expect(await machine.read('ls /lib/firmware/regulatory.db')).not.toBe('');
    });

    it('installs, and runs from the disk without a failure', async () => {
      await machine.read(`printf '%s' '${CONFIG}' >/tmp/config.yaml`);
      const install = `haos install --silent --device ${AHCI_DISK} --config-url /tmp/config.yaml --tty ttyS0`;
      expect(await machine.read(install, 480)).toMatch(/HAOS \S+ is on \/dev\/sd[ab]/);
      await machine.stop();
      const args = [...BOARD, ...EFI, ...ahci(ahciDisk)];
      machine = await startMachine({ name: 'hardware-ahci', args });
      await machine.logIn(480, 'sesame');
      await waitForRuntime(machine, 300);

      await expectInstalled(machine, '/dev/sda2');
    }, 1_500_000);
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
      await expectInstalled(machine, '/dev/nvme0n1p1');
    });
  });
});

async function expectInstalled(machine: Machine, partition: string): Promise<void> {
  expect(await readStatus(machine)).toMatchObject({
    mode: 'disk',
    phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
  });
  expect(await machine.read('findmnt -no SOURCE,FSTYPE /.base; hostname')).toBe(`${partition} ext4\nmetal`);
}
