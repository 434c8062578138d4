import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { expectInstalled } from '../vm/expect-installed.js';
import { AHCI_BOARD, sizeDisk, writeInstaller } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { waitForRuntime } from '../vm/status.js';

const CMDLINE = 'haos.install.silent=true haos.install.device=/dev/nvme0n1 haos.install.power_off=true';

const CONFIG = 'hostname: metal\nhaos: { password: sesame }\n';

describe('the generic kernel, from an AHCI disc onto an NVMe disk, on BIOS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const nvme = ['-drive', `file=${disk},format=raw,if=none,id=disk,cache=unsafe`];
  const board = [...AHCI_BOARD, ...nvme, '-device', 'nvme,drive=disk,serial=1'];
  let machine: Machine;

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--no-k3s']);
    sizeDisk(disk, 3000);
    const installer = writeInstaller(directory, { iso, cmdline: CMDLINE, config: CONFIG });
    machine = await startMachine({
      name: 'nvme-install',
      args: [...board, '-cdrom', installer, '-boot', 'd'],
    });
    await machine.expect(/install: HAOS \S+ is on \/dev\/nvme0n1/, 720);
    await machine.ended(600);
    rmSync(installer);
    machine = await startMachine({ name: 'nvme', args: board });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('installed itself, and runs from there without a failure', async () => {
    await expectInstalled(machine, '/dev/nvme0n1p1');
  });
});
