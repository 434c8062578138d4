import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { must, writeImage } from './loop-disk.js';

/** Programs that an installation takes from a root image. */
const PROGRAMS = [
  ...[
    '/usr/sbin/sfdisk',
    '/usr/sbin/wipefs',
    '/usr/sbin/blkid',
    '/usr/sbin/mkfs.ext4',
    '/usr/sbin/grub-install',
  ],
  ...['/usr/bin/lsblk', '/usr/bin/partx', '/usr/bin/mount', '/usr/bin/umount', '/usr/bin/readlink'],
];
const LOADER = '/usr/lib64/ld-linux-x86-64.so.2';
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';

/**
 * Writes a directory for an ISO that is like a released one but small: its root image has only the
 * programs of an installation.
 */
export function writeIsoTree(directory: string): string {
  const tree = join(directory, 'iso-tree');
  const system = join(tree, 'haos/system');
  mkdirSync(system, { recursive: true });
  writeImage(system);
  const rootImage = 'haos/v1.0.0/rootfs.squashfs';
  rmSync(join(system, rootImage));
  writeRootImage(join(directory, 'usr'), join(system, rootImage));
  const sums = join(system, 'sha256sum.txt');
  const digest = createHash('sha256')
    .update(readFileSync(join(system, rootImage)))
    .digest('hex');
  const line = `${digest}  ./${rootImage}`;
  writeFileSync(sums, readFileSync(sums, 'utf8').replace(/^.*rootfs\.squashfs$/m, line));
  return tree;
}

/** Makes an ISO from a tree, with the same name extensions as a released one. */
export function writeIso(tree: string, iso: string): string {
  must('xorriso', '-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'HAOS', '-o', iso, tree);
  return iso;
}

function writeRootImage(usr: string, image: string): void {
  const copy = (from: string, to = from) => {
    const target = join(usr, to.replace(/^\/usr/, ''));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(realpathSync(from), target);
  };
  for (const program of PROGRAMS) {
    copy(program);
    for (const [library] of must('ldd', program).matchAll(/\/\S*\/lib\S+\.so\S*/g))
      copy(library, `${LIBRARIES}/${basename(library)}`);
  }
  copy(LOADER);
  cpSync('/usr/lib/grub/i386-pc', join(usr, 'lib/grub/i386-pc'), { recursive: true });
  must('mksquashfs', usr, image, '-noappend', '-no-progress', '-quiet', '-comp', 'gzip');
  rmSync(usr, { recursive: true });
}
