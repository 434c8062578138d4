import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { ENVIRONMENT, must, writeUdevadm } from '../loop/loop-disk.js';
import { diskArguments, sizeDisk } from './image.js';
import { ARTIFACTS, ROOT } from './paths.js';

/**
 * Programs that partition, format, set up boot loaders and unpack images: this machine must have
 * none of them.
 */
const REMOVED = [
  ...['sbin/*fdisk', 'sbin/parted', 'sbin/mkfs*', 'sbin/mke2fs', 'sbin/wipefs', 'sbin/blkid', 'sbin/grub-*'],
  ...['bin/grub-*', 'bin/partx', 'bin/lsblk', 'bin/*squashfs', 'lib/grub'],
];

/** Modules that a distribution would load automatically. */
const MODULES = ['virtio_pci', 'virtio_blk', 'ext4', 'loop', 'squashfs', 'isofs'];

export interface DebianGuest {
  /** Arguments of the machine. */
  args: string[];
  remove(): void;
}

/** The task of a Debian guest. */
export interface DebianTask {
  /** Copied to `/root`. */
  files: readonly string[];
  /** Run there by the first process, which then powers off. */
  command: string;
}

/** Writes a machine that runs Debian without disk tools: its root is a disk, `/dev/vda`. */
export function writeDebianGuest(task: DebianTask): DebianGuest {
  const directory = makeDirectory();
  const disk = join(directory, 'disk');
  const root = writeRoot(directory, task);
  sizeDisk(disk, 1400);
  execFileSync('mkfs.ext4', ['-q', '-F', '-d', root, disk]);
  const initrd = join(directory, 'initrd');
  writeInitrd(initrd, { tree: join(directory, 'initrd-tree'), device: '/dev/vda' });
  return {
    args: [
      ...['-kernel', join(ARTIFACTS, 'haos-vmlinuz-amd64'), '-initrd', initrd],
      ...['-append', CONSOLE, ...diskArguments(disk)],
    ],
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Writes the same, booted by its own GRUB: its root is the only partition of `/dev/vda`. */
export function writeDebianDisk(disk: string, task: DebianTask): void {
  const directory = makeDirectory();
  const root = writeRoot(directory, task);
  const boot = join(root, 'boot');
  copyFileSync(join(ARTIFACTS, 'haos-vmlinuz-amd64'), join(boot, 'vmlinuz'));
  writeInitrd(join(boot, 'initrd.img'), { tree: join(directory, 'initrd-tree'), device: '/dev/vda1' });
  mkdirSync(join(boot, 'grub'), { recursive: true });
  writeFileSync(join(boot, 'grub/grub.cfg'), DEBIAN_MENU);
  sizeDisk(disk, 2600);
  execFileSync('sfdisk', ['--quiet', disk], { input: 'label: dos\nstart=2048, type=83, bootable\n' });
  const at = ['-E', `offset=${2048 * 512}`];
  execFileSync('mkfs.ext4', ['-q', '-F', '-O', '^metadata_csum_seed', ...at, '-d', root, disk, '2400M']);
  installGrub(disk, directory);
  rmSync(directory, { recursive: true });
}

const CONSOLE = 'console=ttyS0,115200 loglevel=4';

const DEBIAN_MENU = `linux /boot/vmlinuz ${CONSOLE}
initrd /boot/initrd.img
boot
`;

/** Installs GRUB as the distribution's installer would. */
function installGrub(disk: string, directory: string): void {
  const [mountPoint, programs] = [join(directory, 'mounted'), writeUdevadm(directory)];
  const device = must('losetup', '--find', '--show', '--partscan', disk);
  spawnSync('partx', ['--update', device], { env: ENVIRONMENT });
  mkdirSync(mountPoint);
  try {
    must('mount', `${device}p1`, mountPoint);
    const map = join(mountPoint, 'boot/grub/device.map');
    writeFileSync(map, `(hd0) ${device}\n`);
    const args = ['--target=i386-pc', `--boot-directory=${mountPoint}/boot`, '--no-floppy', device];
    const env = { ...ENVIRONMENT, PATH: `${ENVIRONMENT.PATH}:${programs}` };
    execFileSync('grub-install', args, { env, stdio: 'ignore' });
    rmSync(map);
  } finally {
    spawnSync('umount', [mountPoint]);
    spawnSync('partx', ['--delete', device], { env: ENVIRONMENT });
    must('losetup', '--detach', device);
  }
}

/** Makes a directory beside the userland, whose files are linked instead of copied. */
function makeDirectory(): string {
  return mkdtempSync(join(ROOT, '.cache/tests/vm/debian-'));
}

function writeRoot(directory: string, { files, command }: DebianTask): string {
  const root = join(directory, 'root');
  execFileSync('cp', ['-al', join(makeStep('userland'), 'tree'), root]);
  execFileSync('sh', ['-c', `cd "$1/usr" && rm -rf ${REMOVED.join(' ')}`, 'sh', root]);
  for (const file of files) copyFileSync(file, join(root, 'root', basename(file)));
  const kernel = join(makeStep('kernel'), 'cloud/tree/lib/modules');
  execFileSync('cp', ['-al', kernel, join(root, 'usr/lib')]);
  const script = `#!/bin/sh
mount -o remount,rw /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
cd /root
${command}
echo "the command ended with $?"
busybox poweroff -f
`;
  writeFileSync(join(root, 'usr/lib/first-process'), script, { mode: 0o755 });
  symlinkSync('/lib/first-process', join(root, 'usr/sbin/init'));
  return root;
}

/**
 * Writes the small initrd of the image with another first process, which mounts the root read-only,
 * as Debian's does: the kernel unpacks consecutive archives into the same tree.
 */
export function writeInitrd(initrd: string, { tree, device }: { tree: string; device: string }): void {
  copyFileSync(join(makeStep('initrd'), 'cloud/initrd'), initrd);
  mkdirSync(tree);
  const script = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
modprobe -a ${MODULES.join(' ')}
mkdir -p /sysroot
mount -t ext4 -o ro ${device} /sysroot
for name in proc sys dev; do mount -o move /$name /sysroot/$name; done
exec switch_root /sysroot /sbin/init
`;
  writeFileSync(join(tree, 'init'), script, { mode: 0o755 });
  appendFileSync(initrd, Buffer.alloc(-statSync(initrd).size & 3));
  const cpio = ['--quiet', '--create', '--format=newc', '--owner=0:0'];
  appendFileSync(initrd, execFileSync('cpio', cpio, { cwd: tree, input: 'init\n' }));
}

/** Builds a step of an image with the cloud kernel and returns its directory. */
export function makeStep(name: string): string {
  const tsx = join(ROOT, 'node_modules/.bin/tsx');
  const builder = [join(ROOT, 'os/src/main.ts'), '--no-k3s', '--kernel', 'cloud', '--only', name];
  return execFileSync(tsx, builder, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
}
