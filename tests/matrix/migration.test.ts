import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GO_SET, writeGoNode } from '../loop/go-node.js';
import { ENVIRONMENT, must, writeUdevadm } from '../loop/loop-disk.js';
import { diskArguments, NETWORK, sizeDisk } from '../vm/image.js';
import { extractSystem } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForHealth } from '../vm/release.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const DOWN = '\u001b[B';

/**
 * The initrd of the Go implementation, as far as its disks matter: it enters the root on the disk
 * unchanged.
 */
const STAND_IN_INITRD = `#!/bin/sh
for name in common devices mode; do . /lib/haos/$name.sh; done
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
load_drivers
modprobe -a ext4 loop squashfs overlay
mkdir /target
until mount -t ext4 "$(findfs LABEL=HAOS_STATE)" /target; do sleep 1; load_for_devices; done
umount -l /proc /sys /dev
HAOS_MODE=local exec switch_root /target /sbin/init
`;

/** Its program, as the first process of that root. */
const STAND_IN_PROGRAM = `#!/haos/system/haos/${GO_SET.haos}/busybox sh
busybox=/haos/system/haos/${GO_SET.haos}/busybox
[ -e /proc/self ] && found=something || found=nothing
echo "the stand-in runs as $0 in mode $HAOS_MODE, with $found mounted"
$busybox sync
$busybox reboot -f
`;

const ENTER_CONTAINER = `
mount --bind "$0" "$0"
cd "$0"
mount --bind "$1/boot" host/boot
mount --bind "$1/haos/system" host/haos/system
mount -o remount,bind,ro host/haos/system
mount --bind "$2" haos/system
shift 2
exec chroot . /haos/system/haos/current/haos "$@"
`;

interface Release {
  haos: string;
  k3s: string;
  kernel: string;
}

describe('a node of the Go implementation that is upgraded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let release: Release;
  let key: string;
  let machine: Machine;

  /** Calls `work` with the state partition of the disk mounted. */
  function withState<T>(work: (root: string, device: string) => T): T {
    const device = must('losetup', '--find', '--show', '--partscan', disk);
    const root = mkdtempSync(join(directory, 'state-'));
    try {
      must('partx', '--update', device);
      must('mount', `${device}p1`, root);
      try {
        return work(root, device);
      } finally {
        must('umount', root);
      }
    } finally {
      spawnSync('partx', ['--delete', device], { env: ENVIRONMENT });
      must('losetup', '--detach', device);
    }
  }

  /**
   * Makes a disk as the Go implementation installs it, with stand-ins for its programs, and with
   * the kernel of the image under test.
   */
  function makeDisk(system: string): void {
    sizeDisk(disk, 1500);
    const table = 'label: dos\nstart=1MiB, type=83, bootable\n';
    execFileSync('sfdisk', ['--quiet', disk], { input: table });
    const device = must('losetup', '--find', '--show', '--partscan', disk);
    must('partx', '--update', device);
    must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', '-O', '^metadata_csum_seed', `${device}p1`);
    spawnSync('partx', ['--delete', device], { env: ENVIRONMENT });
    must('losetup', '--detach', device);
    withState((root, whole) => {
      writeGoNode(root, {
        [`haos/${GO_SET.haos}/haos`]: STAND_IN_PROGRAM,
        [`k3s/${GO_SET.k3s}/k3s`]: '#!/bin/sh\n',
      });
      copyFileSync(
        join(system, 'haos/current/busybox'),
        join(root, 'haos/system/haos', GO_SET.haos, 'busybox'),
      );
      const kernel = join(root, 'haos/system/kernel', GO_SET.kernel);
      copyFileSync(join(system, 'kernel/current/kernel.squashfs'), join(kernel, 'kernel.squashfs'));
      writeInitrd(join(system, 'kernel/current/initrd'), join(kernel, 'initrd'));
      const ssh = join(root, 'haos/data/var/lib/1898andCo/HAOS/ssh');
      mkdirSync(ssh);
      must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(ssh, 'ssh_host_ed25519_key'));
      key = must('ssh-keygen', '-lf', join(ssh, 'ssh_host_ed25519_key'));
      installGrub(root, whole);
    });
  }

  /**
   * Writes the initrd of the image under test with another first process: the kernel unpacks
   * consecutive archives.
   */
  function writeInitrd(from: string, to: string): void {
    const tree = join(directory, 'initrd');
    mkdirSync(tree);
    writeFileSync(join(tree, 'init'), STAND_IN_INITRD);
    chmodSync(join(tree, 'init'), 0o755);
    copyFileSync(from, to);
    appendFileSync(to, Buffer.alloc(-statSync(to).size & 3));
    const cpio = ['--quiet', '--create', '--format=newc', '--owner=0:0'];
    appendFileSync(to, execFileSync('cpio', cpio, { cwd: tree, input: 'init\n' }));
  }

  function installGrub(root: string, device: string): void {
    writeFileSync(join(root, 'boot/grub/device.map'), `(hd0) ${device}\n`);
    const PATH = `${ENVIRONMENT.PATH}:${writeUdevadm(directory)}`;
    const args = ['--target=i386-pc', `--boot-directory=${root}/boot`, '--locales=', '--fonts=', device];
    execFileSync('grub-install', args, { env: { ...ENVIRONMENT, PATH }, stdio: 'ignore' });
  }

  /**
   * Upgrades as the upgrade controller does: in a root that holds only the image of the release
   * and, below /host, the node as the Go implementation shows it. Nothing restarts.
   */
  function upgrade(system: string): void {
    const container = join(directory, 'container');
    for (const path of ['haos/system', 'host/boot', 'host/haos/system', 'host/run/haos'])
      mkdirSync(join(container, path), { recursive: true });
    const args = [
      ...['--kernel', '--rootfs', '--remount', '--sync', '--allow-skip', '--source=/haos/system'],
      ...['--destination=/host/haos/system', '--lock-file=/host/run/haos/upgrade.lock'],
      '--kernel-kind=cloud', // the image under test has no other
    ];
    withState((root) => {
      const enter = ['unshare', '--mount', 'sh', '-e', '-c', ENTER_CONTAINER, container, root, system];
      must('env', '-i', `PATH=${ENVIRONMENT.PATH}`, ...enter, 'upgrade', ...args);
    });
  }

  const switchOn = async (name: string) => {
    machine = await startMachine({
      name: `migration-${name}`,
      memory: 512,
      args: [...diskArguments(disk), ...NETWORK],
    });
  };
  const start = async (name: string) => {
    await switchOn(name);
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };
  const restart = async () => {
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
  };
  const expectTheNode = async () => {
    expect(await machine.read('hostname; cat /etc/written')).toBe('kept-by-go\nby the configuration');
    expect(await machine.read('ssh-keygen -lf /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key')).toBe(key);
    expect(await machine.read('cat /etc/rancher/node/password /var/lib/precious /opt/mine')).toBe(
      'of-the-node\ndata\nof a person',
    );
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  };
  const readUpgradeStatus = async () => JSON.parse(await machine.read('haos upgrade status --format json'));
  const nameOf = ({ haos, k3s, kernel }: Release) => `${haos}/${k3s}/${kernel}`;

  beforeAll(() => {
    const system = extractSystem(directory);
    const [haos = '', k3s = '', kernel = ''] = ['haos', 'k3s', 'kernel'].map((name) =>
      readlinkSync(join(system, name, 'current')),
    );
    release = { haos, k3s, kernel };
    makeDisk(system);
    upgrade(system);
    rmSync(system, { recursive: true });
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('boots with its configuration, name, keys and data, on trial until it is healthy', async () => {
    await start('first');

    await expectTheNode();
    const cmdline = await machine.read('cat /proc/cmdline');
    expect(cmdline).toMatch(/ mitigations=off haos\.state=UUID=\S+ haos\.slot=current haos\.trial panic=10/);
    await waitForHealth(machine);
    expect(await readUpgradeStatus()).toEqual({
      slots: { current: release, previous: GO_SET },
      running: 'current',
      state: { slot: 'current', good: nameOf(release) },
      isInterrupted: false,
      k3s: expect.objectContaining({ current: expect.stringMatching(/^v\d/) }),
    });
  });

  it('boots again, and nothing is on trial', async () => {
    await restart();
    await start('second');

    await expectTheNode();
    expect(await machine.read('cat /proc/cmdline')).not.toContain('haos.trial');
  });

  it('returns to the Go implementation if it is selected in the menu', async () => {
    await restart();
    await switchOn('back');
    await machine.expect(/HAOS Rescue \(previous\)/, 600);
    machine.send(DOWN);
    await machine.expect(/the stand-in runs as \/sbin\/init in mode local, with nothing mounted/, 600);
    await machine.ended(600);

    withState((root) => {
      const currents = Object.keys(GO_SET).map((name) =>
        readlinkSync(join(root, 'haos/system', name, 'current')),
      );
      expect(currents).toEqual(Object.values(GO_SET));
    });
  });
});
