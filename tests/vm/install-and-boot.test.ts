import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retry } from '../kubernetes/cluster.js';
import { diskArguments, isoArguments, NETWORK, sizeDisk, writeInstaller } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { waitForHealth } from './release.js';
import { readStatus, waitForRuntime } from './status.js';

const CMDLINE = 'haos.install.silent=true haos.install.device=/dev/vda haos.install.power_off=true';

const CONFIG = `
hostname: installed
write_files:
  - path: /etc/written
    content: by the configuration
    permissions: "0640"
run_cmd: ["date >> /var/lib/boots"]
haos:
  password: sesame
  labels: { place: disk }
`;

/** What must stay the same at each boot, because it identifies the node. */
const IDENTITY = [
  'cat /etc/machine-id',
  'ssh-keygen -lf /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key',
  'cat /etc/iscsi/initiatorname.iscsi',
  'cat /etc/rancher/node/probe',
];

async function readUpgradeStatus(machine: Machine) {
  return JSON.parse(await machine.read('haos upgrade status --format json'));
}

describe('a node that installed itself from the ISO', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;
  let identity: string[];

  /** 512 MiB are enough from a disk. */
  const start = async (name: string) => {
    machine = await startMachine({ name, memory: 512, args: [...diskArguments(disk), ...NETWORK] });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
    await waitForHealth(machine);
  };
  const readIdentity = async () => {
    const found: string[] = [];
    for (const command of IDENTITY) found.push(await machine.read(command));
    return found;
  };

  beforeAll(async () => {
    sizeDisk(disk, 3000);
    const iso = writeInstaller(directory, { cmdline: CMDLINE, config: CONFIG });
    machine = await startMachine({ name: 'install', args: [...diskArguments(disk), ...isoArguments(iso)] });
    await machine.expect(/install: HAOS \S+ is on \/dev\/vda/, 480);
    await machine.ended(600);
    rmSync(iso);
    sizeDisk(disk, 3500);
    await start('install-first-boot');
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('runs from the disk, and no phase had a failure', async () => {
    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [
        { phase: 'initrd', state: 'done', exitStatus: 0 },
        { phase: 'boot', state: 'done', exitStatus: 0 },
        { phase: 'runtime', state: 'done', exitStatus: 0 },
      ],
    });
  });

  it('is healthy, and says which versions it has', async () => {
    const output = await retry(machine, 'haos status', 900);

    expect(output).toMatch(/^HAOS v\S+ on installed, mode disk: healthy\n/);
    expect(output).toMatch(/^versions: +current +haos v\S+, k3s \S+, kernel \S+ {2}\(runs\)$/m);
    expect(output).toMatch(/^upgrade: +this version works$/m);
    expect(output).toMatch(/^kubernetes: +Ready \(server, /m);
  });

  it('has the configuration of the medium, without what only the installer needs', async () => {
    expect(await machine.read('hostname; cat /etc/written; stat -c %a /etc/written')).toBe(
      'installed\nby the configuration640',
    );
    expect(await machine.read('stat -c %a /haos/system/config.yaml')).toBe('600');
    expect(await machine.run('grep -E "install|mode" /haos/system/config.yaml')).toMatchObject({
      output: 'hostname: installed',
    });
  });

  it.each(['/var', '/home', '/opt', '/usr/local', '/haos/data'])('has %s on the disk', async (path) => {
    expect(await machine.read(`findmnt -no SOURCE --target "$(readlink -f ${path})"`)).toMatch(
      /^\/dev\/vda1\[\/haos\/data/,
    );
    await machine.read(`touch ${path}/kept`);
  });

  it.each(['/usr', '/haos/system', '/boot', '/.base'])('cannot write below %s', async (path) => {
    expect(await machine.run(`touch ${path}/probe`)).toMatchObject({
      status: 1,
      output: expect.stringMatching(/Read-only file system/),
    });
  });

  it('uses the whole disk after the disk was enlarged', async () => {
    const [size, available] = (
      await machine.read('blockdev --getsize64 /dev/vda1; df -B1 --output=size /var | tail -n 1')
    )
      .split('\n')
      .map(Number);

    expect(size).toBeGreaterThan(3_490_000_000);
    expect(available).toBeGreaterThan(3_300_000_000);
  });

  it('has confirmed its version to the boot loader', async () => {
    const { slots, state, isInterrupted } = await readUpgradeStatus(machine);

    expect(isInterrupted).toBe(false);
    expect(await machine.read('cat /proc/cmdline')).toMatch(/ haos\.state=UUID=\S+ haos\.slot=current/);
    const { haos, k3s, kernel } = slots.current;
    expect(state).toEqual({ slot: 'current', good: `${haos}/${k3s}/${kernel}` });
    expect(await machine.read('cat /run/haos/kernel-version')).toBe(kernel);
  });

  it('is the same node after a restart, and nothing was lost or left behind', async () => {
    await machine.read('echo mine >/etc/rancher/node/probe; echo lost >/etc/lost');
    identity = await readIdentity();
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
    await start('install-second-boot');

    expect(await readIdentity()).toEqual(identity);
    expect(await machine.read('hostname; wc -l </var/lib/boots')).toBe('installed\n2');
    expect(await machine.read('ls /var/kept /home/kept /opt/kept /usr/local/kept')).not.toBe('');
    expect(await machine.run('cat /etc/lost')).toMatchObject({ status: 1 });
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
    expect(await machine.read('cat /run/haos/e2fsck.log')).toMatch(/clean/);
    expect(await machine.run('dmesg | grep "recovery complete"')).toMatchObject({ output: '' });
    expect((await readUpgradeStatus(machine)).state).toMatchObject({ slot: 'current' });
  });

  it('does not start Node to confirm its version again', async () => {
    expect(await machine.run('ls /run/haos/health.log')).toMatchObject({ status: 2 });
  });
});
