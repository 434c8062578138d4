import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InstallEvent, install } from '@haos/install';
import { createHost } from '../tests/loop/installation.js';
import { createLoopDisk, must, writeImage, writeUdevadm } from '../tests/loop/loop-disk.js';
import { median } from './measure.js';

/** Bytes: about the size of a released image. */
const SIZE = 200_000_000;
const ROUNDS = 3;

/**
 * The parts of an installation, in order. Unmounting after the copy counts as part of the boot
 * loader's.
 */
const PARTS = ['checking', 'formatting', 'copying', 'boot loader', 'reading back', 'the rest'] as const;
type Part = (typeof PARTS)[number];
/** Milliseconds. */
type Times = Readonly<Record<Part, number>>;

/**
 * Compares an installation for BIOS with copying the same bytes to an existing file system and
 * syncing. For each byte, the installation also verifies the image and reads everything back. Once,
 * it starts, examines the disks, partitions, formats, and installs GRUB; installing a nearly empty
 * image measures that.
 */
export async function measureInstall(scratch: string): Promise<string[]> {
  if (process.getuid?.() !== 0 || !existsSync('/dev/loop-control'))
    return ['skipped: it needs root and loop devices'];
  const image = writeLargeImage(scratch);
  const empty = join(scratch, 'empty');
  writeImage(empty);
  const programs = writeUdevadm(scratch);
  const rounds: { empty: Times; full: Times; copying: number }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({
      empty: await timeInstall(scratch, empty, programs),
      full: await timeInstall(scratch, image, programs),
      copying: timeCopy(scratch, image),
    });
  const middle = (value: (round: (typeof rounds)[number]) => number) => median(rounds.map(value));
  const times = (value: (round: (typeof rounds)[number]) => number) =>
    middle((round) => value(round) / round.copying).toFixed(2);
  return [
    `${SIZE / 1e6} MB: copying and syncing ${seconds(middle(({ copying }) => copying))} s; installing ${seconds(middle(({ full }) => sum(full)))} s, and ${seconds(middle((round) => sum(round.empty)))} s without them`,
    `${times(({ full }) => sum(full))} times copying; for the bytes alone ${times((round) => sum(round.full) - sum(round.empty))} times`,
    ...PARTS.map(
      (part) =>
        `  ${part.padEnd(14)}${times(({ full }) => full[part])}, of that once ${times((round) => round.empty[part])}`,
    ),
  ];
}

function sum(times: Times): number {
  return PARTS.reduce((total, part) => total + times[part], 0);
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

async function timeInstall(scratch: string, image: string, programs: string): Promise<Times> {
  const { device, release } = createLoopDisk(scratch, 512);
  const config = join(scratch, 'config.yaml');
  writeFileSync(config, 'hostname: node\n');
  const times = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<Part, number>;
  let part: Part = 'checking';
  let since = performance.now();
  const turnTo = (next: Part) => {
    const now = performance.now();
    times[part] += now - since;
    [part, since] = [next, now];
  };
  const host = createHost(programs);
  const onEvent = (event: InstallEvent) => {
    const next = partAfter(event, part);
    if (next) turnTo(next);
  };
  const { status } = await install({
    host,
    target: { device, minimumSize: 1e8, mountPoint: join(scratch, 'target') },
    image: { directory: image },
    config: { url: config },
    boot: { firmware: 'bios', tty: 'ttyS0' },
    onEvent,
  });
  turnTo('the rest');
  release();
  if (status !== 'installed') throw new Error(`the installation is ${status}`);
  return times;
}

const STEPS = {
  format: 'formatting',
  copy: 'copying',
  configure: 'the rest',
  'boot-loader': 'boot loader',
  verify: 'reading back',
  convert: 'the rest',
} as const satisfies Record<Extract<InstallEvent, { kind: 'step' }>['step'], Part>;

/** Returns the part that begins with an event; undefined if the current part continues. */
function partAfter(event: InstallEvent, current: Part): Part | undefined {
  if (event.kind === 'step') return STEPS[event.step];
  const isReadBack = current === 'reading back' && event.kind === 'progress' && event.done === event.total;
  return isReadBack ? 'the rest' : undefined;
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
