import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage } from './loop-disk.js';

const HAOS = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));

let directory: string;
let disk: LoopDisk;
/** The file system of a node, and its system directory, a read-only view as on a node. */
let state: string;
let system: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-upgrade-'));
  disk = createLoopDisk(directory, 64);
  must('mkfs.ext4', '-q', '-F', disk.device);
  state = join(directory, 'state');
  system = join(directory, 'system');
  for (const path of [state, system]) mkdirSync(path);
  must('mount', disk.device, state);
  writeImage(join(state, 'system'));
  must('mount', '--bind', join(state, 'system'), system);
  must('mount', '-o', 'remount,bind,ro', system);
  writeImage(join(directory, 'release'), 'v1.1.0');
});
afterEach(() => {
  must('umount', system);
  must('umount', state);
  disk.release();
  rmSync(directory, { recursive: true });
});

function haos(...args: string[]) {
  const places = ['--destination', system];
  const { status, stdout, stderr } = spawnSync(process.execPath, [HAOS, 'upgrade', ...args, ...places], {
    encoding: 'utf8',
    env: ENVIRONMENT,
  });
  return { status, stdout, stderr };
}

const upgrade = (...args: string[]) =>
  haos('--source', join(directory, 'release'), '--lock-file', join(directory, 'lock'), ...args);
const linkOf = (path: string) => readlinkSync(join(system, path));

it('upgrades, tells, goes back, and forgets, on a file system that is read-only otherwise', () => {
  expect(upgrade()).toMatchObject({ status: 0 });

  expect([linkOf('haos/current'), linkOf('haos/previous')]).toEqual(['v1.1.0', 'v1.0.0']);
  expect([linkOf('kernel/current'), linkOf('kernel/previous')]).toEqual(['6.1.0-v1.1.0', '6.1.0-v1.0.0']);
  expect(must('grub-editenv', join(system, 'grubenv'), 'list')).toContain('haos_trial=v1.1.0/-/6.1.0-v1.1.0');
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.includes(` ${dirname(system)}/system `));
  expect(mount?.split(' ')[3]?.split(',')).toContain('ro');

  expect(haos('status').stdout).toContain('on trial, 2 boots left');
  expect(haos('rollback')).toMatchObject({ status: 0 });
  expect(JSON.parse(haos('status', '--format', 'json').stdout)).toMatchObject({
    slots: { current: { haos: 'v1.1.0' }, previous: { haos: 'v1.0.0' } },
    state: { slot: 'previous', failed: 'v1.1.0/-/6.1.0-v1.1.0' },
    isInterrupted: false,
  });
  expect(upgrade()).toMatchObject({ status: 5 });
  expect(haos('forget')).toMatchObject({ status: 0 });
  expect(upgrade()).toMatchObject({ status: 0 });
  expect(readdirSync(join(system, 'haos'))).toEqual(['current', 'previous', 'v1.0.0', 'v1.1.0']);
});

it('takes its options from the environment, too', () => {
  const { status } = spawnSync(process.execPath, [HAOS, 'upgrade'], {
    env: {
      ...ENVIRONMENT,
      HAOS_UPGRADE_SOURCE: join(directory, 'release'),
      HAOS_UPGRADE_DESTINATION: system,
      HAOS_UPGRADE_LOCK_FILE: join(directory, 'lock'),
      HAOS_UPGRADE_KERNEL: 'true',
    },
  });

  expect(status).toBe(0);
  expect([linkOf('haos/current'), linkOf('kernel/current')]).toEqual(['v1.0.0', '6.1.0-v1.1.0']);
});

it('writes nothing when a check fails, and says which', () => {
  const before = readdirSync(system, { recursive: true }).sort();

  const { status, stderr } = haos('--source', directory, '--lock-file', join(directory, 'lock'));

  expect(status).toBe(5);
  expect(stderr).toContain('NO  source:');
  expect(readdirSync(system, { recursive: true }).sort()).toEqual(before);
});
