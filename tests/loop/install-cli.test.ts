import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage } from './loop-disk.js';

const HAOS = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));
const MOUNT_POINT = '/run/haos/install';

let directory: string;
let disk: LoopDisk;
let args: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-install-'));
  disk = createLoopDisk(directory, 2100);
  const image = join(directory, 'image');
  writeImage(image);
  const config = join(directory, 'config.yaml');
  writeFileSync(config, 'hostname: node\n');
  args = ['install', '--device', disk.device, '--image', image, '--config-url', config];
});
afterEach(() => {
  disk.release();
  rmSync(directory, { recursive: true });
});

function haos(...more: string[]) {
  return spawnSync(process.execPath, [HAOS, ...args, ...more], { encoding: 'utf8', env: ENVIRONMENT });
}

it('only checks, for programs', () => {
  const { status, stdout } = haos('--check', '--format', 'json');

  expect(JSON.parse(stdout).checks).toContainEqual({
    id: 'state',
    ok: true,
    message: `${disk.device} has no HAOS on it`,
  });
  expect(status).toBe(0);
  expect(must('lsblk', '--noheadings', '--output', 'PATH', disk.device)).toBe(disk.device);
});

it('tells what is wrong, with the line of an invalid configuration', () => {
  writeFileSync(join(directory, 'config.yaml'), 'hostnme: node\n');

  const { status, stderr } = haos('--silent');

  expect(status).toBe(3);
  expect(stderr).toContain('hostnme');
  expect(stderr).toContain('nothing was written');
});

it('asks, where it is not told to be silent', () => {
  expect(haos().status).toBe(130);
});

it('refuses a disk that is not there', () => {
  expect(haos('--silent', '--device', '/dev/none').status).toBe(5);
});

it('releases what it holds when it is ended', async () => {
  const large = 'kernel/6.1.0-v1.0.0/firmware';
  const content = Buffer.alloc(200_000_000, 'a');
  writeFileSync(join(directory, 'image', large), content);
  const digest = createHash('sha256').update(content).digest('hex');
  appendFileSync(join(directory, 'image/sha256sum.txt'), `${digest}  ./${large}\n`);
  const child = spawn(process.execPath, [HAOS, ...args, '--silent'], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (chunk) => {
    if (String(chunk).includes('copying')) child.kill('SIGTERM');
  });

  const status = await new Promise((resolve) => child.once('close', resolve));

  expect(status).toBe(143);
  expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(MOUNT_POINT);
  expect(must('blkid', '-p', '-s', 'LABEL', '-o', 'value', `${disk.device}p1`)).toBe('');
});
