import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { NETWORK, secureBootArguments, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: secure\nhaos: { password: sesame }\n';

describe('a machine with Secure Boot, with the generic kernel, from a disc', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  const start = async (name: string, more: readonly string[]) => {
    const drive = ['-drive', `file=${disk},format=raw,if=none,id=disk,cache=unsafe`];
    const device = ['-device', 'ide-hd,drive=disk,bus=ide.0'];
    const args = [...secureBootArguments(directory), ...drive, ...device, ...more, ...NETWORK];
    machine = await startMachine({ name: `secure-boot-${name}`, args });
  };
  const expectLockdown = async () => {
    expect(await machine.read('cat /sys/kernel/security/lockdown')).toContain('[integrity]');
    expect(await machine.read('uname -r')).not.toContain('cloud');
    const { output } = await machine.run('haos status --format json');
    expect(JSON.parse(output)).toMatchObject({ secureBoot: true });
  };

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--no-k3s']);
    sizeDisk(disk, 3000);
    const disc = ['-drive', `file=${iso},format=raw,if=none,id=disc,media=cdrom,readonly=on`];
    await start('disc', [...disc, '-device', 'ide-cd,drive=disc,bus=ide.1,bootindex=1']);
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('runs live from the disc', async () => {
    expect(await machine.read('cat /run/haos/mode')).toBe('live');
    expect(await machine.read('findmnt -no SOURCE,FSTYPE /.base')).toBe('/dev/sr0 iso9660');
    await expectLockdown();
  });

  it('installs, and boots from the disk', async () => {
    await machine.read(`printf '%s' '${CONFIG}' >/tmp/config.yaml`);
    const install = 'haos install --silent --device /dev/sda --config-url /tmp/config.yaml --tty ttyS0';
    expect(await machine.read(install, 600)).toMatch(/HAOS \S+ is on \/dev\/sda/);
    await machine.stop();
    await start('disc-disk', []);
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    await expectLockdown();
  });
});
