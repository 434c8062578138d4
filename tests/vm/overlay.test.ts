import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DebianGuest, writeDebianGuest } from './debian-guest.js';
import { NETWORK } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { ARTIFACTS } from './paths.js';
import { readStatus, waitForRuntime } from './status.js';

const TARBALL = 'haos-rootfs-amd64.tar.gz';

const CONFIG = `
hostname: over-debian
run_cmd: ["echo booted >>/var/lib/boots"]
haos:
  password: sesame
  modules: [wireguard]
`;

/** Installs as documented; after the return, Debian only prints that it is back. */
const COMMAND = `if [ -e /haos ]; then echo "Debian is back, with $(ls /haos)"; else
  tar zxvf - --strip-components=1 -C / <${TARBALL} && cp myconfig.yaml /haos/system/config.yaml && sync
fi`;

/** Returns to Debian as documented. */
const GO_BACK = [
  'mount -o remount,bind,rw /.base',
  'chroot /.base mv /sbin/init.before-haos /sbin/init',
  'sync',
];

describe("HAOS over the root of a Debian, with Debian's kernel", () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  let guest: DebianGuest;
  let machine: Machine;
  let first: string;

  const start = async (name: string) => {
    machine = await startMachine({ name, args: [...guest.args, ...NETWORK] });
  };
  const readUpgradeStatus = async () =>
    JSON.parse(await machine.read('haos upgrade status --format json', 900));
  const logIn = async () => {
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };

  beforeAll(async () => {
    const config = join(directory, 'myconfig.yaml');
    writeFileSync(config, CONFIG);
    guest = writeDebianGuest({ files: [config, join(ARTIFACTS, TARBALL)], command: COMMAND });
    await start('overlay-unpack');
    await machine.expect(/the command ended with 0/, 900);
    await machine.ended(900);
    await start('overlay');
    await logIn();
    first = await machine.read('readlink /haos/system/haos/current');
  });

  afterAll(async () => {
    await machine.stop();
    guest.remove();
    rmSync(directory, { recursive: true });
  });

  it('runs from there, with the configuration', async () => {
    expect(await readStatus(machine)).toMatchObject({
      mode: 'local',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    expect(await machine.read('hostname')).toBe('over-debian');
  });

  it("has the modules of Debian's kernel", async () => {
    expect(await machine.read('findmnt -no SOURCE /usr/lib/modules')).toBe('/dev/vda[/usr/lib/modules]');
    expect(await machine.read('ls -d /sys/module/wireguard')).toBe('/sys/module/wireguard');
  });

  it('sees the other system, read-only', async () => {
    expect(await machine.read('cat /.base/root/myconfig.yaml')).toContain('over-debian');
    expect(await machine.run('touch /.base/root/written')).toMatchObject({ status: 1 });
    expect(await machine.run('touch /haos/system/written')).toMatchObject({ status: 1 });
  });

  it('refuses to install on its own disk', async () => {
    expect(await machine.run('haos install --silent --device /dev/vda')).toMatchObject({ status: 5 });
  });

  it('is upgraded on trial, although the boot loader does not count boots', async () => {
    const { slots, running } = await readUpgradeStatus();
    expect(slots).toMatchObject({ current: { haos: first }, previous: {} });
    expect(running).toBe('current');
    // The same version under another name.
    await machine.read('mkdir -p /run/release/haos/v9.0.0 && ln -s v9.0.0 /run/release/haos/current');
    await machine.read(`mount --bind /haos/system/haos/${first} /run/release/haos/v9.0.0`);

    expect(await machine.run('haos upgrade --source /run/release --rootfs', 900)).toMatchObject({
      status: 0,
    });

    expect(await readUpgradeStatus()).toMatchObject({
      slots: { current: { haos: 'v9.0.0' }, previous: { haos: first } },
      running: 'previous',
      state: { slot: 'current', trial: `v9.0.0/${slots.current.k3s}/-`, tries: 2 },
    });
  });

  it('keeps persistent data at its second boot', async () => {
    const identity = 'cat /etc/machine-id /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key.pub';
    const before = await machine.read(identity);
    machine.send('reboot');
    await machine.ended(900); // QEMU exits instead of restarting
    await start('overlay-again');
    await logIn();

    expect(await machine.read(identity)).toBe(before);
    expect(await machine.read('cat /var/lib/boots')).toBe('booted\nbooted');
    expect((await readStatus(machine)).mode).toBe('local');
  });

  it('runs the new version, whose health ends the trial', async () => {
    expect(await machine.read('losetup --list --noheadings --output BACK-FILE')).toContain('haos/v9.0.0/');
    expect(await machine.read('cat /run/haos/words')).toBe('haos.slot=current haos.trial');
    await machine.read('while grep -q haos_trial= /haos/system/grubenv; do sleep 2; done', 900);

    const { slots, state, running } = await readUpgradeStatus();
    expect(running).toBe('current');
    expect(state).toEqual({ slot: 'current', good: `v9.0.0/${slots.current.k3s}/-` });
  });

  it('chooses the other slot on a rollback', async () => {
    expect(await machine.run('haos upgrade rollback', 900)).toMatchObject({ status: 0 });
    const { slots, state, running } = await readUpgradeStatus();
    expect(running).toBe('current');
    expect(slots).toMatchObject({ current: { haos: 'v9.0.0' }, previous: { haos: first } });
    expect(state).toMatchObject({ slot: 'previous', failed: `v9.0.0/${slots.current.k3s}/-` });
  });

  it('returns the machine to Debian', async () => {
    for (const command of GO_BACK) await machine.read(command);
    machine.send('reboot');
    await machine.ended(900);

    await start('overlay-back');
    await machine.expect(/Debian is back, with .*system/s, 900);
    await machine.ended(900);
  });
});
