import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type InstallOptions, install } from '@haos/install';
import { expect } from 'vitest';
import { expectWhole, inspect, mountsBelow, type Workplace } from '../loop/installation.js';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage } from '../loop/loop-disk.js';

/** The arguments of the process that is killed. */
export interface FaultyInstall {
  /** The number of the effect before which it is killed, from 1; 0 means never. */
  at: number;
  programs: string;
  options: Omit<InstallOptions, 'host' | 'signal' | 'onEvent'>;
}

/** A kind of installation, and its initial disk. */
export interface Way {
  name: string;
  megabytes: number;
  /** The number of the state partition. */
  state: number;
  some: Partial<InstallOptions>;
  prepare(disk: LoopDisk): void;
  /** Checks what must hold whenever the installation is killed. */
  holds(disk: LoopDisk): void;
}

const NONE = () => {};

export const WAYS: readonly Way[] = [
  { name: 'BIOS', megabytes: 128, state: 1, some: {}, prepare: NONE, holds: NONE },
  { name: 'EFI', megabytes: 400, state: 2, some: { boot: { firmware: 'efi' } }, prepare: NONE, holds: NONE },
  {
    name: 'an existing layout',
    megabytes: 128,
    state: 1,
    some: { target: { format: false } },
    prepare: makeNode,
    holds: ({ device }) => expectNode(`${device}p1`),
  },
];

const KEPT = 'haos/data/kept';

/** Makes a node of an older version, with a state. */
function makeNode({ device }: LoopDisk): void {
  const { status } = spawnSync('sfdisk', ['--quiet', device], {
    input: 'label: dos\nstart=1MiB, type=83, bootable\n',
    env: ENVIRONMENT,
  });
  expect(status).toBe(0);
  must('partx', '--update', device);
  must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', `${device}p1`);
  const write = (root: string) => {
    mkdirSync(join(root, 'haos/data'), { recursive: true });
    writeFileSync(join(root, KEPT), 'kept');
    writeImage(join(root, 'haos/system'), 'v0.9.0');
  };
  inspect(`${device}p1`, write, 'rw');
}

function expectNode(state: string): void {
  const look = (root: string) => {
    expect(readFileSync(join(root, KEPT), 'utf8')).toBe('kept');
    for (const file of ['haos/current/rootfs.squashfs', 'kernel/current/vmlinuz', 'kernel/current/initrd'])
      expect(readFileSync(join(root, 'haos/system', file)).length).toBeGreaterThan(0);
  };
  // The killed process left it mounted.
  const [mount] = mountsBelow(`${state} `);
  if (mount === undefined) inspect(state, look);
  else look(mount.split(' ')[1] ?? '');
}

/**
 * Installs in a separate process; returns the number of its effects, or undefined if it was killed.
 */
function runInstall(place: Workplace, way: Way, { device, at }: { device: string; at: number }) {
  const { host: _host, ...options } = optionsOf(place, way, device);
  const faulty: FaultyInstall = { at, programs: place.programs, options };
  const script = fileURLToPath(new URL('killed-install.ts', import.meta.url));
  const { stdout, stderr, signal } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, JSON.stringify(faulty)],
    { encoding: 'utf8', env: ENVIRONMENT },
  );
  if (signal === 'SIGKILL') return undefined;
  if (stdout === '') throw new Error(`the installation neither ended nor was killed: ${stderr}`);
  return (JSON.parse(stdout) as { effects: number }).effects;
}

function optionsOf(place: Workplace, { some, state }: Way, device: string): InstallOptions {
  return place.options(some.target?.format === false ? `${device}p${state}` : device, some);
}

/** Returns the number of effects of an installation; it may be killed before each of them. */
export function countEffects(place: Workplace, way: Way): number {
  return withDisk(place, way, (disk) => runInstall(place, way, { device: disk.device, at: 0 }) ?? 0);
}

/** Installs with a kill before effect `at`, and then again. */
export async function installTwice(place: Workplace, way: Way, at: number): Promise<void> {
  await withDisk(place, way, async (disk) => {
    const state = `${disk.device}p${way.state}`;
    expect(runInstall(place, way, { device: disk.device, at })).toBeUndefined();
    expectNoHalfNode(place, way, state);
    way.holds(disk);
    const report = await install(optionsOf(place, way, disk.device));
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(mountsBelow(place.directory)).toEqual([]);
    if (way.some.target?.format === false) expectNode(state);
    expectWhole(state, place);
  });
}

/**
 * Calls `work` with a new disk. Afterwards, even on failure, releases it and the mounts of a killed
 * installation.
 */
function withDisk<T>(place: Workplace, way: Way, work: (disk: LoopDisk) => T): T {
  const disk = createLoopDisk(place.directory, way.megabytes);
  const release = () => {
    for (const where of mountsBelow(place.mountPoint)) must('umount', where.split(' ')[1] ?? '');
    disk.release();
  };
  let result: T;
  try {
    way.prepare(disk);
    result = work(disk);
  } catch (error) {
    release();
    throw error;
  }
  if (result instanceof Promise) return result.finally(release) as T;
  release();
  return result;
}

/**
 * Checks that a partition with the label of a state partition holds a complete system, unless a
 * node existed before.
 */
function expectNoHalfNode(place: Workplace, way: Way, state: string): void {
  if (way.some.target?.format === false) return;
  const { status, stdout } = spawnSync('blkid', ['-p', '-s', 'LABEL', '-o', 'value', state], {
    encoding: 'utf8',
    env: ENVIRONMENT,
  });
  if (status === 0 && stdout.trim() === 'HAOS_STATE') expectWhole(state, place);
}
