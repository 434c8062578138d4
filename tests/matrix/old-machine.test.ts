import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { sizeDisk, writeInstaller } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

/** A board of the nineties: PCI without PCI Express, parallel ATA, a card of 100 Mbit/s. */
const BOARD = ['-machine', 'pc', '-nic', 'user,model=rtl8139'];

describe('an old machine: BIOS, IDE, x86-64-v1', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const ide = ['-drive', `file=${disk},format=raw,if=ide,index=0,cache=unsafe`];
  let machine: Machine;

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--kernel', 'generic', '--no-k3s']);
    sizeDisk(disk, 3000);
    const installer = writeInstaller(directory, {
      iso,
      cmdline: 'haos.install.silent=true haos.install.power_off=true',
      config: 'hostname: old\nhaos: { password: sesame }\n',
    });
    const disc = ['-drive', `file=${installer},if=ide,index=2,media=cdrom`, '-boot', 'd'];
    machine = await startMachine({ name: 'old-install', args: [...BOARD, ...ide, ...disc] });
    await machine.expect(/install: HAOS \S+ is on \/dev\/sda/, 900);
    await machine.ended(600);
    machine = await startMachine({ name: 'old-disk', args: [...BOARD, ...ide] });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('installed itself without a question on its only disk, and runs from there', async () => {
    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    expect(await machine.read('findmnt -no SOURCE /.base; hostname')).toBe('/dev/sda1\nold');
    expect(await machine.read('readlink -f /sys/block/sda')).toMatch(/\/ata\d/);
  });

  it('has an address', async () => {
    expect(await machine.read('ip -o -4 address show dev eth0 scope global')).toMatch(/inet 10\./);
  });

  it('has a processor without the instructions of later ones', async () => {
    const flags = (await machine.read("sed -n 's/^flags.*: //p' /proc/cpuinfo")).split(' ');
    expect(flags).toContain('sse2');
    for (const later of ['ssse3', 'sse4_1', 'avx']) expect(flags).not.toContain(later);
  });
});
