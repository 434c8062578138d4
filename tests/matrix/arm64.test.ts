import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { ARM64_EFI, diskArguments, NETWORK, ONLY_DISK, sizeDisk, stickArguments } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: arm\nhaos: { password: sesame }\n';

/** Writes a release in which each component has another name, and the same content. */
const WRITE_RELEASE = `cd /haos/system && for component in haos kernel; do
  version=$(readlink $component/current) && directory=/run/release/$component/$version.9 &&
    mkdir -p $directory && mount --bind $component/$version $directory &&
    ln -s $version.9 /run/release/$component/current || exit
done`;

describe('the image for arm64', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--arch', 'arm64', '--kernel', 'cloud', '--no-k3s']);
    sizeDisk(disk, 3000);
    const args = [...ARM64_EFI, ...diskArguments(disk), ...stickArguments(iso), ...NETWORK];
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

  /** Boots from the disk; `processor` is one that has all features that QEMU knows, for example. */
  const bootDisk = async (name: string, processor?: string) => {
    const args = [...ARM64_EFI, ...diskArguments(disk), ...NETWORK];
    const options = { ...(processor !== undefined && { processor }) };
    machine = await startMachine({ name, architecture: 'arm64', args, ...options });
    await machine.logIn(900, 'sesame');
    await waitForRuntime(machine, 600);
  };
  const restart = async (name: string, processor?: string) => {
    machine.send('reboot');
    await machine.ended(300); // QEMU exits instead of restarting
    await bootDisk(name, processor);
  };
  const readUpgradeStatus = async () => JSON.parse(await machine.read('haos upgrade status --format json'));

  it('boots from that disk', async () => {
    await bootDisk('arm64-disk');

    expect(await machine.read('hostname; uname -m')).toBe('arm\naarch64');
    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
  }, 1_600_000);

  it('is upgraded, and boots the new version on trial, on a processor with more features', async () => {
    await machine.read(`sh -c '${WRITE_RELEASE}'`);
    expect(await machine.run('haos upgrade --source /run/release', 600)).toMatchObject({ status: 0 });
    await restart('arm64-upgraded', 'max');

    expect(await machine.read('cat /proc/cmdline')).toMatch(/ haos\.slot=current haos\.trial panic=10/);
    await machine.read('while grep -q haos_trial= /haos/system/grubenv; do sleep 2; done', 900);
    const { slots, running, state } = await readUpgradeStatus();
    expect(slots.current).toEqual({
      haos: `${slots.previous.haos}.9`,
      kernel: `${slots.previous.kernel}.9`,
    });
    expect(running).toBe('current');
    expect(state).toEqual({ slot: 'current', good: `${slots.current.haos}/-/${slots.current.kernel}` });
  }, 3_600_000);

  it('rolls back on request', async () => {
    expect(await machine.run('haos upgrade rollback')).toMatchObject({ status: 0 });
    await restart('arm64-rolled-back');

    const { slots, running, state } = await readUpgradeStatus();
    expect(running).toBe('previous');
    expect(state.failed).toBe(`${slots.current.haos}/-/${slots.current.kernel}`);
    expect(await machine.read('cat /proc/cmdline')).toContain(' haos.slot=previous');
  }, 1_600_000);

  it('returns from a version on trial whose kernel does not start', async () => {
    const version = await machine.read('readlink /haos/system/kernel/previous');
    const release = '/run/broken/kernel';
    await machine.read(`mkdir -p ${release} && cp -rL /haos/system/kernel/previous ${release}/${version}.8`);
    await machine.read(
      `echo broken >${release}/${version}.8/vmlinuz && ln -s ${version}.8 ${release}/current`,
    );
    const upgrade = 'haos upgrade --source /run/broken --kernel';
    expect(await machine.run(upgrade, 600)).toMatchObject({ status: 0 });
    await restart('arm64-returned');

    // GRUB takes its fallback at once, and the set on trial has one try less.
    expect(await machine.read('cat /proc/cmdline')).toContain(' haos.slot=previous');
    expect(await readUpgradeStatus()).toMatchObject({ running: 'previous', state: { tries: 1 } });
  }, 2_400_000);
});
