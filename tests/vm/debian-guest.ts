import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { sizeDisk } from './image.js';
import { ARTIFACTS, ROOT } from './paths.js';

/** What partitions, formats and sets up boot loaders, and what unpacks images: this machine shall have none of it. */
const REMOVED = [
  ...['sbin/*fdisk', 'sbin/parted', 'sbin/mkfs*', 'sbin/mke2fs', 'sbin/wipefs', 'sbin/blkid', 'sbin/grub-*'],
  ...['bin/grub-*', 'bin/partx', 'bin/lsblk', 'bin/*squashfs', 'lib/grub'],
];

/** Modules that a distribution would load by itself. */
const MODULES = ['virtio_pci', 'virtio_blk', 'ext4', 'loop', 'squashfs', 'isofs'];

export interface DebianGuest {
  /** Of the machine. */
  args: string[];
  remove(): void;
}

/**
 * A machine that runs Debian, without a tool for disks: its root is a disk, `/dev/vda`, with `files` in `/root`; the first process runs
 * `command` and switches off.
 */
export function writeDebianGuest(files: readonly string[], command: string): DebianGuest {
  // Beside the userland, whose files are not copied but linked.
  const directory = mkdtempSync(join(ROOT, '.cache/tests/vm/debian-'));
  const disk = join(directory, 'disk');
  writeRoot(join(directory, 'root'), { files, command, disk });
  const initrd = join(directory, 'initrd');
  writeInitrd(initrd, join(directory, 'initrd-tree'));
  return {
    args: [
      ...['-kernel', join(ARTIFACTS, 'haos-vmlinuz-amd64'), '-initrd', initrd],
      ...['-append', 'console=ttyS0,115200 loglevel=4'],
      ...['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`],
    ],
    remove: () => rmSync(directory, { recursive: true }),
  };
}

function writeRoot(
  root: string,
  { files, command, disk }: { files: readonly string[]; command: string; disk: string },
): void {
  execFileSync('cp', ['-al', join(makeStep('userland'), 'tree'), root]);
  execFileSync('sh', ['-c', `cd "$1/usr" && rm -rf ${REMOVED.join(' ')}`, 'sh', root]);
  for (const file of files) copyFileSync(file, join(root, 'root', basename(file)));
  const script = `#!/bin/sh
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
cd /root
${command}
echo "the command ended with $?"
busybox poweroff -f
`;
  writeFileSync(join(root, 'first-process'), script, { mode: 0o755 });
  sizeDisk(disk, 1400);
  execFileSync('mkfs.ext4', ['-q', '-F', '-d', root, disk]);
  rmSync(root, { recursive: true });
}

/** The small initrd of the image, with another first process: the kernel unpacks archives that follow one another into the same tree. */
function writeInitrd(initrd: string, tree: string): void {
  copyFileSync(join(makeStep('initrd'), 'initrd'), initrd);
  mkdirSync(tree);
  const script = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
modprobe -a ${MODULES.join(' ')}
mkdir -p /sysroot
mount -t ext4 /dev/vda /sysroot
for name in proc sys dev; do mount -o move /$name /sysroot/$name; done
exec switch_root /sysroot /first-process
`;
  writeFileSync(join(tree, 'init'), script, { mode: 0o755 });
  appendFileSync(initrd, Buffer.alloc(-statSync(initrd).size & 3));
  const cpio = ['--quiet', '--create', '--format=newc', '--owner=0:0'];
  appendFileSync(initrd, execFileSync('cpio', cpio, { cwd: tree, input: 'init\n' }));
}

/** The directory of what a step of the builder makes. */
function makeStep(name: string): string {
  const tsx = join(ROOT, 'node_modules/.bin/tsx');
  const builder = [join(ROOT, 'os/src/main.ts'), '--only', name];
  return execFileSync(tsx, builder, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
}
