import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildStep } from '../vm/build-step.js';
import { type DebianGuest, writeDebianGuest } from '../vm/debian-guest.js';
import { NETWORK } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readUpgradeStatus, waitForHealth } from '../vm/release.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const TARBALL = 'haos-rootfs-arm64.tar.gz';

/** A trial has as much time as a busy machine needs. */
const CONFIG = `
hostname: over-debian
write_files:
  - path: /etc/conf.d/health
    content: limit=3000
haos:
  password: sesame
  modules: [wireguard]
`;

/** Installs as documented. */
const COMMAND = `tar zxf - --strip-components=1 -C / <${TARBALL} &&
  cp myconfig.yaml /haos/system/config.yaml && sync`;

/** Seconds until a login, on a busy machine. */
const BOOT = 1500;

/** A board has neither GRUB nor EFI; QEMU starts the kernel in the same way. */
describe("HAOS for arm64 over the root of a Debian, with Debian's kernel", () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  let guest: DebianGuest;
  let machine: Machine;
  let first: string;

  const start = async (name: string) => {
    const args = [...guest.args, ...NETWORK];
    machine = await startMachine({ name: `arm64-overlay-${name}`, architecture: 'arm64', args });
  };
  const logIn = async () => {
    await machine.logIn(BOOT, 'sesame');
    await waitForRuntime(machine, 900);
  };
  const restart = async (name: string) => {
    machine.send('reboot');
    await machine.ended(900); // QEMU exits instead of restarting
    await start(name);
  };
  const readWords = () => machine.read('cat /run/haos/words');
  const readImage = () => machine.read('losetup --list --noheadings --output BACK-FILE');
  /** Upgrades to the files that `place` puts into `$to`. */
  const upgrade = async (version: string, place: string) => {
    const release = `/run/${version}/haos`;
    await machine.read(`mkdir -p ${release}/${version} && ln -s ${version} ${release}/current`);
    await machine.read(`from=/haos/system/haos/${first} to=${release}/${version}; ${place}`);
    const { status, output } = await machine.run(`haos upgrade --source /run/${version} --rootfs`, 1500);
    expect(output).toContain(version);
    expect(status).toBe(0);
  };

  beforeAll(async () => {
    const [config, tarball] = [join(directory, 'myconfig.yaml'), join(directory, TARBALL)];
    writeFileSync(config, CONFIG);
    copyFileSync(join(buildStep('tarball', 'arm64'), 'rootfs.tar.gz'), tarball);
    guest = writeDebianGuest({ files: [config, tarball], command: COMMAND }, 'arm64');
    await start('unpack');
    await machine.expect(/the command ended with 0/, BOOT);
    await machine.ended(300);
    await start('first');
    await logIn();
    first = await machine.read('readlink /haos/system/haos/current');
  }, 5_400_000);

  afterAll(async () => {
    await machine.stop();
    guest.remove();
    rmSync(directory, { recursive: true });
  }, 120_000);

  it('runs from there, with the configuration, and is healthy', async () => {
    expect(await readStatus(machine)).toMatchObject({
      mode: 'local',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    expect(await machine.read('hostname; uname -m')).toBe('over-debian\naarch64');
    expect(await machine.run('ls -d /sys/firmware/efi')).toMatchObject({ status: 2 });
    await waitForHealth(machine, 900);
    const { slots, state, running } = await readUpgradeStatus(machine, 300);
    expect(running).toBe('current');
    expect(slots).toMatchObject({ current: { haos: first }, previous: {} });
    expect(state).toEqual({ slot: 'current', good: `${first}/${slots.current.k3s}/-` });
  }, 1_800_000);

  it("has the modules of Debian's kernel, and what k3s needs of it", async () => {
    expect(await machine.read('findmnt -no SOURCE /usr/lib/modules')).toBe('/dev/vda[/usr/lib/modules]');
    expect(await machine.read('ls -d /sys/module/wireguard')).toBe('/sys/module/wireguard');
    const { status, output } = await machine.run('haos check k3s', 300);
    expect(output).not.toMatch(/^NO/m);
    expect(status).toBe(0);
  }, 480_000);

  it('runs a new version on trial, whose health ends the trial', async () => {
    await upgrade('v9.0.0', 'mount --bind $from $to');
    await restart('upgraded');
    await logIn();

    expect(await readWords()).toBe('haos.slot=current haos.trial');
    expect(await readImage()).toContain('haos/v9.0.0/');
    expect(await machine.read('hostname')).toBe('over-debian');
    await waitForHealth(machine, 900);
    const { slots, state, running } = await readUpgradeStatus(machine, 300);
    expect(running).toBe('current');
    expect(slots).toMatchObject({ current: { haos: 'v9.0.0' }, previous: { haos: first } });
    expect(state).toEqual({ slot: 'current', good: `v9.0.0/${slots.current.k3s}/-` });
  }, 5_400_000);

  it('tries a version without an image twice, and returns to the one before', async () => {
    await upgrade('v9.1.0', 'cp $from/haos $from/busybox $to && echo nothing >$to/rootfs.squashfs');
    await restart('damaged');
    await machine.expect(/cannot mount the image/, BOOT);
    await machine.ended(300);
    await start('damaged-again');
    await machine.expect(/cannot mount the image/, BOOT);
    await machine.ended(300);
    await start('returned');
    await logIn();

    expect(await readWords()).toBe('haos.slot=previous');
    expect(await readImage()).toContain('haos/v9.0.0/');
    const { slots, state, running } = await readUpgradeStatus(machine, 300);
    expect(running).toBe('previous');
    expect(state).toMatchObject({ slot: 'previous', failed: `v9.1.0/${slots.current.k3s}/-` });
  }, 5_400_000);
});
