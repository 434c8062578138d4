import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startServer } from '../blackbox/server.js';
import { ended } from './bare-machine.js';
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
    message: `${disk.device} has no HAOS`,
  });
  expect(status).toBe(0);
  expect(must('lsblk', '--noheadings', '--output', 'PATH', disk.device)).toBe(disk.device);
});

it('finds the node on a disk that is listed after an empty one', () => {
  const second = createLoopDisk(directory, 2100);
  try {
    // Tests both orders: the kernel lists them by their numbers.
    for (const [node, empty] of [
      [disk, second],
      [second, disk],
    ] as const) {
      must('wipefs', '--all', '--quiet', empty.device);
      must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', node.device);

      const { stdout } = haos('--check', '--format', 'json', '--device', node.device);

      const state = JSON.parse(stdout).checks.find(({ id }: { id: string }) => id === 'state');
      expect(state.message).toContain('has the state of a HAOS node');
    }
  } finally {
    second.release();
  }
});

it('does not change a disk or a partition if it only checks', () => {
  must('sh', '-c', `echo 'start=2048, type=83' | sfdisk --quiet --label dos ${disk.device}`);
  must('partx', '--update', disk.device);
  must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', `${disk.device}p1`);
  must('sync', disk.file);
  const copy = join(directory, 'copy');
  must('cp', '--sparse=always', disk.file, copy);

  expect(haos('--check')).toMatchObject({ status: 0, stdout: '' });
  expect(haos('--check', '--no-format', '--device', `${disk.device}p1`)).toMatchObject({ status: 0 });

  must('sync', disk.file);
  must('cmp', disk.file, copy);
});

it('downloads through the configured proxy, which loopback does not need', async () => {
  const answers = { 'http://config.example/node.yaml': 'hostname: far\n', '/node.yaml': 'hostname: near\n' };
  const server = await startServer(answers);
  const here = join(directory, 'here.yaml');
  writeFileSync(here, `haos: { environment: { http_proxy: "${server.url}" } }\n`);
  // The files of a data source, where only this program sees them.
  const script = 'mount -t tmpfs run /run; mkdir /run/config; cp "$0" /run/config/userdata; exec "$@"';
  const check = (url: string) => {
    const program = [process.execPath, HAOS, ...args, '--check', '--config-url', url];
    const unshare = ['--mount', 'sh', '-ec', script, here, ...program];
    return ended(spawn('unshare', unshare, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] }));
  };

  expect(await check('http://config.example/node.yaml')).toMatchObject({ status: 0 });
  expect(await check(`${server.url}/node.yaml`)).toMatchObject({ status: 0 });

  expect(server.requests).toEqual(['http://config.example/node.yaml', '/node.yaml']);
});

it('reports an error, with the line of an invalid configuration', () => {
  writeFileSync(join(directory, 'config.yaml'), 'hostnme: node\n');

  const { status, stderr } = haos('--silent');

  expect(status).toBe(3);
  expect(stderr).toContain('hostnme');
  expect(stderr).toContain('nothing was written');
});

it('asks, unless it must be silent', () => {
  expect(haos().status).toBe(130);
});

it('refuses a disk that does not exist', () => {
  expect(haos('--silent', '--device', '/dev/none').status).toBe(5);
});

it('releases all resources when a signal ends it', async () => {
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
