import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { liveHost } from '@haos/host';
import type { TakeoverOptions } from '@haos/install';
import { mergeParts } from './installation.js';
import { createLoopDisk, type LoopDisk, must, writeImage } from './loop-disk.js';

export const TOKEN = 'a-secret-token';
export const CONFIG = `hostname: taken\nhaos:\n  token: ${TOKEN}\n`;
export const GRUB_CFG = '# of the distribution\n';
export const LABEL = 'cloudimg-rootfs';

/** Only the paths matter. */
const FILES = {
  'etc/fstab': '# nothing\n',
  'boot/vmlinuz-6.1': 'a kernel',
  'boot/grub/grub.cfg': GRUB_CFG,
  'boot/grub/i386-pc/normal.mod': 'a module',
  'home/somebody/letter': 'dear',
};

/**
 * A simulated distribution that can be taken over: a disk with its root file system, which is
 * mounted.
 */
export interface Distribution {
  disk: LoopDisk;
  /** Its partition. */
  device: string;
  root: string;
  options(some?: Partial<TakeoverOptions>): TakeoverOptions;
  label(): string;
  read(path: string): string;
  /** Returns a file as GRUB would find it after a power cut: from the disk, without the journal. */
  onDisk(path: string): string;
  release(): void;
}

export function createDistribution(directory: string): Distribution {
  const [root, image, config] = ['root', 'image', 'config.yaml'].map((name) => join(directory, name));
  if (root === undefined || image === undefined || config === undefined) throw new Error('never');
  mkdirSync(root);
  writeImage(image);
  writeFileSync(config, CONFIG);
  const disk = createLoopDisk(directory, 160);
  const device = `${disk.device}p1`;
  must('sh', '-c', `echo 'start=2048, type=83, bootable' | sfdisk --quiet --label dos ${disk.device}`);
  must('partx', '--update', disk.device);
  must('mkfs.ext4', '-q', '-F', '-L', LABEL, device);
  must('mount', device, root);
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  must('sync', '--file-system', root);
  return {
    disk,
    device,
    root,
    options: (some) =>
      mergeParts<TakeoverOptions>(
        {
          host: liveHost(),
          confirm: () => true,
          target: { device, root },
          image: { directory: image },
          config: { url: config },
          boot: { firmware: 'bios', tty: 'ttyS0' },
        },
        some,
      ),
    label: () => must('blkid', '-p', '-o', 'value', '-s', 'LABEL', device),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    onDisk: (path) => must('debugfs', '-R', `cat ${path}`, `${disk.file}?offset=${2048 * 512}`),
    release() {
      must('umount', '--recursive', root);
      disk.release();
    },
  };
}
