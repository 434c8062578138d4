import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '@haos/install';
import { createHost } from '../tests/loop/installation.js';
import { createLoopDisk, must, writeImage, writeUdevadm } from '../tests/loop/loop-disk.js';
import { median } from './measure.js';

/** Bytes: about those of a released image. */
const SIZE = 200_000_000;
const ROUNDS = 3;

/**
 * An installation for BIOS beside copying the same bytes to a file system that is there, and syncing. What it does beyond that, for each
 * byte: it verifies the image, and reads everything back; once: it starts, looks at the disks, partitions, formats, and installs GRUB.
 */
export async function measureInstall(scratch: string): Promise<string[]> {
  if (process.getuid?.() !== 0 || !existsSync('/dev/loop-control'))
    return ['skipped: it needs root and loop devices'];
  const image = writeLargeImage(scratch);
  const empty = join(scratch, 'empty');
  writeImage(empty);
  const programs = writeUdevadm(scratch);
  const rounds: { once: number; bytes: number; copying: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const once = await timeInstall(scratch, empty, programs);
    const bytes = (await timeInstall(scratch, image, programs)) - once;
    rounds.push({ once, bytes, copying: timeCopy(scratch, image) });
  }
  const [once, bytes, copying] = (['once', 'bytes', 'copying'] as const).map((name) =>
    median(rounds.map((round) => round[name])),
  );
  const ratio = median(rounds.map((round) => (round.once + round.bytes) / round.copying));
  const perByte = median(rounds.map((round) => round.bytes / round.copying));
  return [
    `${SIZE / 1e6} MB: copying and syncing ${seconds(copying!)} s; installing ${seconds(once!)} s whatever their number and ${seconds(bytes!)} s for them`,
    `${ratio.toFixed(2)} times copying; for the bytes alone ${perByte.toFixed(2)} times`,
  ];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

function writeLargeImage(scratch: string): string {
  const image = join(scratch, 'image');
  writeImage(image);
  const content = randomBytes(SIZE);
  const path = 'haos/v1.0.0/content';
  writeFileSync(join(image, path), content);
  const digest = createHash('sha256').update(content).digest('hex');
  appendFileSync(join(image, 'sha256sum.txt'), `${digest}  ./${path}\n`);
  return image;
}

async function timeInstall(scratch: string, image: string, programs: string): Promise<number> {
  const { device, release } = createLoopDisk(scratch, 512);
  const config = join(scratch, 'config.yaml');
  writeFileSync(config, 'hostname: node\n');
  const common = { firmware: 'bios', minimumSize: 1e8, mountPoint: join(scratch, 'target') } as const;
  const started = performance.now();
  const host = createHost(programs);
  const { status } = await install({ ...common, host, device, image, configUrl: config, tty: 'ttyS0' });
  const time = performance.now() - started;
  release();
  if (status !== 'installed') throw new Error(`the installation is ${status}`);
  return time;
}

function timeCopy(scratch: string, image: string): number {
  const { device, release } = createLoopDisk(scratch, 512);
  must('mkfs.ext4', '-q', '-F', device);
  const target = join(scratch, 'copy');
  mkdirSync(target, { recursive: true });
  must('mount', device, target);
  const started = performance.now();
  must('cp', '-a', image, target);
  must('sync', '-f', target);
  const time = performance.now() - started;
  must('umount', target);
  release();
  return time;
}
