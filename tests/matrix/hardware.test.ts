import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { expectInstalled } from '../vm/expect-installed.js';
import { AHCI_BOARD, EFI, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

/** A disk on the board's own AHCI controller. */
const ahci = (disk: string) => [
  ...['-drive', `file=${disk},format=raw,if=none,id=ahci,cache=unsafe`],
  ...['-device', 'ide-hd,drive=ahci,bus=ide.0'],
];

/** The name of the disk, which may be found before or after the stick. */
const AHCI_DISK = '/dev/$(ls -d /sys/bus/pci/drivers/ahci/*/ata*/host*/target*/*/block/* | sed s,.*/,,)';

const CONFIG = 'hostname: metal\nhaos: { password: sesame }\n';

describe('the generic kernel, from a USB stick onto an AHCI disk, on EFI', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--no-k3s']);
    const stick = ['-drive', `if=none,id=stick,format=raw,readonly=on,file=${iso}`];
    const usb = ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=stick'];
    sizeDisk(disk, 3000);
    const args = [...AHCI_BOARD, ...EFI, ...ahci(disk), ...stick, ...usb];
    machine = await startMachine({ name: 'hardware-usb', args });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

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
    const args = [...AHCI_BOARD, ...EFI, ...ahci(disk)];
    machine = await startMachine({ name: 'hardware-ahci', args });
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    await expectInstalled(machine, '/dev/sda2');
  });
});
