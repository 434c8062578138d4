import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBootState } from '@haos/system/internal';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, ended } from './bare-machine.js';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage } from './loop-disk.js';
import { writeIso } from './write-iso.js';

const HAOS = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));

let directory: string;
let disk: LoopDisk;
/** The file system of a node, and its system directory as a read-only view, as on a node. */
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
  writeFileSync(join(state, 'system/grubenv'), formatBootState({ slot: 'current' }));
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

it('upgrades, reports, rolls back, and forgets, on a file system that is otherwise read-only', () => {
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

describe('the environment', () => {
  /**
   * Upgrades in separate process and mount namespaces, with a program in place of the one that
   * reboots a machine.
   */
  function upgradeBy(variables: Readonly<Record<string, string>>, ending = '') {
    const reboot = `#!/bin/sh\ntouch ${join(directory, 'restarted')}\n${ending}\n`;
    const script = `
      mount -t tmpfs programs /usr/local/sbin
      printf '%s' "$REBOOT" >/usr/local/sbin/reboot
      chmod 0755 /usr/local/sbin/reboot
      "$@"`; // not the first process itself, which nsenter enters
    const command = ['sh', '-e', '-c', script, 'sh', process.execPath, HAOS, 'upgrade'];
    return spawnSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', ...command], {
      encoding: 'utf8',
      env: {
        ...ENVIRONMENT,
        REBOOT: reboot,
        HAOS_UPGRADE_SOURCE: join(directory, 'release'),
        HAOS_UPGRADE_DESTINATION: system,
        HAOS_UPGRADE_LOCK_FILE: join(directory, 'lock'),
        ...variables,
      },
    });
  }

  it.each<[string, Readonly<Record<string, string>>, string[]]>([
    ['what is upgraded: the kernel', { HAOS_UPGRADE_KERNEL: 'true' }, ['v1.0.0', '6.1.0-v1.1.0']],
    [
      'what is upgraded: haos',
      { HAOS_UPGRADE_ROOTFS: '1', HAOS_UPGRADE_SYNC: 'true', HAOS_UPGRADE_REMOUNT: 'true' },
      ['v1.1.0', '6.1.0-v1.0.0'],
    ],
    ['that nothing is: a check', { HAOS_UPGRADE_CHECK: 'true' }, ['v1.0.0', '6.1.0-v1.0.0']],
    ['no more than that with false', { HAOS_UPGRADE_KERNEL: 'false' }, ['v1.1.0', '6.1.0-v1.1.0']],
  ])('says %s', (_title, variables, expected) => {
    expect(upgradeBy(variables)).toMatchObject({ status: 0 });

    expect([linkOf('haos/current'), linkOf('kernel/current')]).toEqual(expected);
    expect(readdirSync(directory)).not.toContain('restarted');
  });

  it('requests a restart, which happens after an upgrade', () => {
    expect(upgradeBy({ HAOS_UPGRADE_REBOOT: 'true', HAOS_UPGRADE_CHECK: 'true' }).status).toBe(0);
    expect(readdirSync(directory)).not.toContain('restarted');

    expect(upgradeBy({ HAOS_UPGRADE_REBOOT: 'true' }).status).toBe(0);
    expect(readdirSync(directory)).toContain('restarted');
  });

  it('makes the program wait for the restart, which ends it', () => {
    // As the first process does to all others when the machine shuts down.
    const { status } = upgradeBy({ HAOS_UPGRADE_REBOOT: 'true', HAOS_UPGRADE_WAIT: 'true' }, 'kill -TERM -1');

    expect(readdirSync(directory)).toContain('restarted');
    expect(status).toBe(143);
  });
});

describe('a wrong call', () => {
  const nothing = (work: () => void) => {
    const before = readdirSync(directory, { recursive: true }).sort();
    work();
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual(before);
  };

  it('is refused as wrong usage: a time that is not a number of seconds', () => {
    nothing(() => expect(haos('confirm', '--when-ready', '5m')).toMatchObject({ status: 2 }));
  });

  it.each([
    ['a digest of a directory', ['--sha256', '0'.repeat(64)]],
    ['an invalid digest', ['--sha256', 'abc', '--source', '/an.iso']],
  ])('is refused as wrong usage: %s', (_title, args) => {
    nothing(() => expect(upgrade(...args)).toMatchObject({ status: 2 }));
  });

  it('is refused as wrong usage: a switch in the environment that is neither true nor false', () => {
    const args = [HAOS, 'upgrade', '--source', join(directory, 'release'), '--destination', system];
    const env = { ...ENVIRONMENT, HAOS_UPGRADE_CHECK: 'yes' };
    nothing(() => expect(spawnSync(process.execPath, args, { env })).toMatchObject({ status: 2 }));
  });

  it('is refused and reported as a check: a destination without a node', () => {
    const places = ['--source', join(directory, 'release'), '--destination', join(directory, 'nowhere')];
    const args = [HAOS, 'upgrade', ...places, '--lock-file', join(directory, 'lock')];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: ENVIRONMENT });

    expect(status).toBe(5);
    expect(stderr).toContain('NO  destination:');
  });

  it('creates nothing in a directory without a node', () => {
    const nowhere = join(directory, 'nowhere/haos/system');
    const run = (name: string) =>
      spawnSync(process.execPath, [HAOS, 'upgrade', name, '--destination', nowhere], { env: ENVIRONMENT })
        .status;

    nothing(() => expect(['status', 'confirm', 'forget', 'rollback'].map(run)).toEqual([5, 5, 5, 5]));
  });

  it('accepts a directory with a trailing slash', () => {
    const places = ['--source', `${join(directory, 'release')}/`, '--destination', `${system}/`];
    const args = [HAOS, 'upgrade', ...places, '--lock-file', join(directory, 'lock')];

    expect(spawnSync(process.execPath, args, { env: ENVIRONMENT })).toMatchObject({ status: 0 });
    expect(linkOf('haos/current')).toBe('v1.1.0');
  });
});

/** Presses Ctrl-C while the first component is being copied. */
const INTERRUPTER = `
const fs = require('node:fs');
const { writeSync } = fs;
fs.writeSync = (fd, data, ...rest) => {
  if (Buffer.from(data).includes('copying haos')) process.kill(process.pid, 'SIGINT');
  return writeSync(fd, data, ...rest);
};
`;

it('reports what it copies, and leaves nothing of it after an interruption', () => {
  const interrupter = join(directory, 'interrupter.cjs');
  writeFileSync(interrupter, INTERRUPTER);
  const places = ['--source', join(directory, 'release'), '--destination', system];
  const args = ['--require', interrupter, HAOS, 'upgrade', ...places, '--lock-file', join(directory, 'lock')];

  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: ENVIRONMENT });

  expect(stderr).toContain('upgrade: copying haos\n');
  expect(status).toBe(130);
  expect(linkOf('haos/current')).toBe('v1.0.0');
  expect(readdirSync(join(system, 'haos'))).toEqual(['current', 'v1.0.0']);
});

it('writes nothing when a check fails, and says which', () => {
  const before = readdirSync(system, { recursive: true }).sort();

  const { status, stderr } = haos('--source', directory, '--lock-file', join(directory, 'lock'));

  expect(status).toBe(5);
  expect(stderr).toContain('NO  source:');
  expect(readdirSync(system, { recursive: true }).sort()).toEqual(before);
});

describe('an ISO', () => {
  let iso: string;

  beforeEach(() => {
    const tree = join(directory, 'tree');
    cpSync(join(directory, 'release'), join(tree, 'haos/system'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    iso = writeIso(tree, join(directory, 'haos-amd64.iso'));
  });

  /** Upgrades with a separate directory for unpacking. */
  function upgradeFrom(source: string, ...more: string[]): Promise<Ended> {
    const places = ['--destination', system, '--lock-file', join(directory, 'lock')];
    const script = 'mount -t tmpfs -o mode=0755 lib /var/lib && exec "$@"';
    const args = ['upgrade', '--source', source, ...places, ...more];
    return ended(
      spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', process.execPath, HAOS, ...args], {
        env: ENVIRONMENT,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  async function serve(): Promise<string> {
    const server = createServer((request, response) => {
      if (request.url === '/haos-amd64.iso') return void response.end(readFileSync(iso));
      response.statusCode = 404;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/haos-amd64.iso`;
  }

  it('on the disk is the source of an upgrade', async () => {
    expect(await upgradeFrom(iso)).toMatchObject({ status: 0 });

    expect(linkOf('haos/current')).toBe('v1.1.0');
  });

  it('from a URL is accepted with its digest', async () => {
    const digest = createHash('sha256').update(readFileSync(iso)).digest('hex');

    expect(await upgradeFrom(await serve(), '--sha256', digest)).toMatchObject({ status: 0 });

    expect(linkOf('haos/current')).toBe('v1.1.0');
  });

  it('from a URL is refused without a signature, unless that is allowed', async () => {
    const url = await serve();

    const refused = await upgradeFrom(url, '--format', 'json');
    const isStill = linkOf('haos/current');
    const wanted = await upgradeFrom(url, '--insecure');

    expect(refused.status).toBe(5);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      status: 'refused',
      checks: [{ id: 'download', ok: false }],
    });
    expect(isStill).toBe('v1.0.0');
    expect(wanted.status).toBe(0);
    expect(linkOf('haos/current')).toBe('v1.1.0');
  });

  it('is given by a path, a URL, a version, or not at all', async () => {
    expect(await upgradeFrom('elsewhere')).toMatchObject({ status: 2 });
  });
});
