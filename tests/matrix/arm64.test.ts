import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildStep } from '../vm/build-step.js';
import { ARM64_EFI, diskArguments, NETWORK, ONLY_DISK, sizeDisk, stickArguments } from '../vm/image.js';
import { extractSystem, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import {
  describeRunning,
  nameSet,
  nextRelease,
  placeRelease,
  type Release,
  readRelease,
  readRunning,
  readUpgradeStatus,
  waitForHealth,
} from '../vm/release.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: arm\nhaos: { password: sesame }\n';

/** A newer processor than the default one, with atomic instructions, as servers have. */
const NEWER = 'neoverse-n1';

describe('the image for arm64', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const release = join(directory, 'release.squashfs');
  let machine: Machine;
  let first: Release;
  let next: Release;

  beforeAll(async () => {
    const iso = join(buildStep('iso', 'arm64'), 'haos.iso');
    const system = extractSystem(directory, iso);
    first = readRelease(system);
    next = nextRelease(first);
    placeRelease(join(directory, 'release'), system, next);
    packSources(release, join(directory, 'release'));
    rmSync(system, { recursive: true });
    sizeDisk(disk, 3000);
    const args = [...ARM64_EFI, ...diskArguments(disk), ...stickArguments(iso), ...NETWORK];
    machine = await startMachine({ name: 'arm64-live', architecture: 'arm64', args });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  /** Boots from the disk; `processor` is another one than the default. */
  const bootDisk = async (name: string, processor?: string) => {
    const media = ['-drive', `file=${release},format=raw,if=virtio,readonly=on`];
    const args = [...ARM64_EFI, ...diskArguments(disk), ...media, ...NETWORK];
    const model = { ...(processor !== undefined && { processor }) };
    machine = await startMachine({ name: `arm64-${name}`, architecture: 'arm64', args, ...model });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };
  const restart = async (name: string, processor?: string) => {
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
    await bootDisk(name, processor);
  };

  it('boots from a stick to a login, and applies its phases without a failure', async () => {
    expect(await machine.read('uname -m; cat /run/haos/mode')).toBe('aarch64\nlive');
    expect(await readStatus(machine)).toMatchObject({ phases: [{ exitStatus: 0 }, { exitStatus: 0 }] });
  });

  it('installs on a disk', async () => {
    await machine.read(`printf '%s' '${CONFIG}' >/tmp/config.yaml`);
    const install = `haos install --silent --device ${ONLY_DISK} --config-url /tmp/config.yaml --tty ttyAMA0`;
    expect(await machine.read(install, 900)).toMatch(/HAOS \S+ is on \/dev\/vd/);
    await machine.stop();
  });

  it('boots from that disk', async () => {
    await bootDisk('disk');

    expect(await machine.read('hostname; uname -m')).toBe('arm\naarch64');
    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    expect(await readRunning(machine)).toBe(describeRunning(first));
  });

  it('boots a new version on trial, on a newer processor, and confirms it', async () => {
    await waitForHealth(machine, 900);
    await machine.read('printf precious >/var/data; mkdir /run/media');
    await machine.read(
      'mount $(blkid --match-token TYPE=squashfs --output device | grep /dev/vd) /run/media',
    );
    const upgrade = 'haos upgrade --source /run/media --rootfs --kernel';
    expect(await machine.run(upgrade, 900)).toMatchObject({ status: 0 });
    await restart('upgraded', NEWER);

    expect(await readRunning(machine)).toBe(describeRunning(next));
    expect(await machine.read('cat /proc/cmdline')).toMatch(/ haos\.slot=current haos\.trial panic=10/);
    await waitForHealth(machine, 900);
    expect(await readUpgradeStatus(machine)).toMatchObject({
      slots: { current: next, previous: first },
      running: 'current',
      state: { slot: 'current', good: nameSet(next) },
    });
    expect((await readUpgradeStatus(machine)).state).not.toHaveProperty('trial');
  });

  it('rolls back on request, with its data', async () => {
    expect(await machine.run('haos upgrade rollback')).toMatchObject({ status: 0 });
    await restart('rolled-back');

    expect(await readRunning(machine)).toBe(describeRunning(first));
    expect(await readUpgradeStatus(machine)).toMatchObject({
      running: 'previous',
      state: { slot: 'previous', failed: nameSet(next) },
    });
    expect(await machine.read('hostname; cat /var/data')).toBe('arm\nprecious');
  });
});
