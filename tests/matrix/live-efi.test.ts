import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskArguments, EFI, efiArguments, NETWORK, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: efi\nhaos: { password: sesame }\n';

describe('a machine with EFI', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  beforeAll(async () => {
    sizeDisk(disk, 3000);
    const args = [...efiArguments(), ...diskArguments(disk)];
    machine = await startMachine({ name: 'live-efi', args });
    await machine.logIn();
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('boots from the ISO to a login, and has the variables of the firmware', async () => {
    expect(await machine.read('cat /run/haos/mode')).toBe('live');
    expect(await machine.read('findmnt -no FSTYPE /sys/firmware/efi/efivars')).toBe('efivarfs');
  });

  it('installs for EFI automatically, and needs no further step', async () => {
    await machine.read(`printf '%s' '${CONFIG}' >/tmp/config.yaml`);
    const install = 'haos install --silent --device /dev/vda --config-url /tmp/config.yaml --tty ttyS0';
    expect(await machine.read(install, 480)).toMatch(/HAOS \S+ is on \/dev\/vda/);
    // As in a power cut at this moment.
    await machine.stop();
    sizeDisk(disk, 3500);
  });

  it('boots from that disk', async () => {
    const args = [...EFI, ...diskArguments(disk), ...NETWORK];
    machine = await startMachine({ name: 'install-efi', memory: 768, args });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    expect(await machine.read('hostname; ls -d /sys/firmware/efi')).toBe('efi\n/sys/firmware/efi');
  });

  it('uses the whole disk after the disk was enlarged, with the backup table at its new end', async () => {
    expect(Number(await machine.read('blockdev --getsize64 /dev/vda2'))).toBeGreaterThan(3_220_000_000);
    expect(await machine.read('sfdisk --verify /dev/vda 2>&1')).toMatch(/No errors detected/);
    expect(await machine.read('blkid -p -s LABEL -o value /dev/vda1; fsck.vfat -n /dev/vda1')).toMatch(
      /^HAOS_GRUB\n/,
    );
    expect(await machine.read('tail -c 512 /dev/vda | head -c 8')).toBe('EFI PART');
  });
});
