import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { diskArguments, NETWORK, ONLY_DISK, sizeDisk, stickArguments } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: arm\nhaos: { password: sesame }\n';

/** The firmware of a board with EFI, whose variables are not kept. */
const EFI = ['-drive', 'if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.fd'];

describe('the image for arm64', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--arch', 'arm64', '--kernel', 'cloud', '--no-k3s']);
    sizeDisk(disk, 3000);
    const args = [...EFI, ...diskArguments(disk), ...stickArguments(iso), ...NETWORK];
    machine = await startMachine({ name: 'arm64-live', architecture: 'arm64', args });
    await machine.logIn(900);
    await waitForRuntime(machine, 600);
  }, 3_600_000);

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('boots from a stick to a login, and applies its phases without a failure', async () => {
    expect(await machine.read('uname -m; cat /run/haos/mode')).toBe('aarch64\nlive');
    expect(await readStatus(machine)).toMatchObject({ phases: [{ exitStatus: 0 }, { exitStatus: 0 }] });
  });

  it('installs on a disk', async () => {
    await machine.read(`printf '%s' '${CONFIG}' >/tmp/config.yaml`);
    const install = `haos install --silent --device ${ONLY_DISK} --config-url /tmp/config.yaml --tty ttyAMA0`;
    expect(await machine.read(install, 900)).toMatch(/HAOS \S+ is on \/dev\/vd/);
    await machine.stop();
  }, 960_000);

  it('boots from that disk', async () => {
    const args = [...EFI, ...diskArguments(disk), ...NETWORK];
    machine = await startMachine({ name: 'arm64-disk', architecture: 'arm64', args });
    await machine.logIn(900, 'sesame');
    await waitForRuntime(machine, 600);

    expect(await machine.read('hostname; uname -m')).toBe('arm\naarch64');
    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
  }, 1_600_000);
});
