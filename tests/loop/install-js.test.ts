import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, ended, startBare } from './bare-machine.js';
import { ARM64_PROGRAM, createLoopDisk, type LoopDisk, must, writeUdevadm } from './loop-disk.js';
import { writeIso, writeIsoTree } from './write-iso.js';

const BUNDLE = fileURLToPath(new URL('../../bin/dist/install.js', import.meta.url));
const SCRATCH = '/var/lib/haos-install';

let directory: string;
let tree: string;
let iso: string;
let config: string;
let program: string;
let added: string;
let disk: LoopDisk;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-install-js-'));
  tree = writeIsoTree(directory);
  iso = writeIso(tree, join(directory, 'haos.iso'));
  config = join(directory, 'config.yaml');
  writeFileSync(config, 'hostname: node\n');
  added = writeUdevadm(directory);
  program = join(directory, 'install.js');
  cpSync(BUNDLE, program);
});
afterAll(() => rmSync(directory, { recursive: true }));

beforeEach(() => {
  disk = createLoopDisk(directory, 2100);
});
afterEach(() => disk.release());

function installJs(args: readonly string[], removed: readonly string[] = []): Promise<Ended> {
  return ended(startBare([process.execPath, program, ...args], { added, removed }));
}

function contentOf(partition: string, path: string): string {
  const where = mkdtempSync(join(directory, 'look-'));
  must('mount', '-o', 'ro', partition, where);
  try {
    return readFileSync(join(where, path), 'utf8');
  } finally {
    must('umount', where);
  }
}

function expectReleased(): void {
  expect(existsSync(SCRATCH)).toBe(false);
  expect(must('losetup', '--list', '--noheadings', '--output', 'BACK-FILE')).not.toContain('.iso');
}

describe('install.js on a machine without the programs of an installation', () => {
  it('installs with those of the ISO', async () => {
    const before = disk.written();

    const { status, stdout, stderr } = await installJs([
      ...['--format', 'json', '--tty', 'ttyS1', '--config', config],
      ...[disk.device, iso],
    ]);

    expect(stderr).toContain('reading everything back');
    expect(status).toBe(0);
    const partition = `${disk.device}p1`;
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ status: 'installed', disk: disk.device });
    expect(must('blkid', '-p', '-s', 'LABEL', '-o', 'value', partition)).toBe('HAOS_STATE');
    must('e2fsck', '-fn', partition);
    expect(must('dd', `if=${disk.device}`, 'bs=512', 'count=1', 'status=none')).toContain('GRUB');
    expect(contentOf(partition, 'haos/system/config.yaml')).toBe('hostname: node\n');
    expect(contentOf(partition, 'boot/grub/grub.cfg')).toMatch(/console=ttyS1.*haos\.state=UUID=/);
    expect(disk.written()).not.toBe(before);
    expectReleased();
  });

  it.each([
    ['bsdtar', ['bin/xorriso']],
    ['7z', ['bin/xorriso', 'bin/bsdtar']],
  ])('reads the ISO with %s', async (_reader, removed) => {
    expect(await installJs(['--check', disk.device, iso], removed)).toMatchObject({ status: 0 });
    expectReleased();
  });

  it('uses the configuration on the ISO, if any', async () => {
    const remastered = join(directory, 'remastered');
    cpSync(tree, remastered, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(remastered, 'haos/system/config.yaml'), 'hostname: of-the-iso\n');
    const other = writeIso(remastered, join(directory, 'remastered.iso'));

    expect(await installJs([disk.device, other])).toMatchObject({ status: 0 });

    expect(contentOf(`${disk.device}p1`, 'haos/system/config.yaml')).toBe('hostname: of-the-iso\n');
  });

  it('takes the ISO for this machine from a directory with a release', async () => {
    const release = join(directory, 'release');
    mkdirSync(release);
    cpSync(iso, join(release, 'haos-amd64.iso'));
    writeFileSync(join(release, 'haos-arm64.iso'), 'not for this machine');

    expect(await installJs(['--check', disk.device, release])).toMatchObject({ status: 0 });
    expectReleased();
  });

  it('downloads the ISO, with a matching digest or without any', async () => {
    const server = createServer((_request, response) => void response.end(readFileSync(iso)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/haos.iso`;
    const digest = createHash('sha256').update(readFileSync(iso)).digest('hex');

    expect(await installJs(['--check', '--sha256', digest, disk.device, url])).toMatchObject({ status: 0 });
    expect(await installJs(['--check', '--insecure', disk.device, url])).toMatchObject({ status: 0 });
    expect(await installJs(['--check', disk.device, url])).toMatchObject({ status: 5 });
    expectReleased();
  });

  it('downloads through the proxy of its environment', async () => {
    const requests: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url);
      response.end(readFileSync(iso));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const command = ['env', `http_proxy=${proxy}`, process.execPath, program];
    const args = ['--check', '--insecure', disk.device, 'http://releases.example/haos.iso'];

    expect(await ended(startBare([...command, ...args], { added }))).toMatchObject({ status: 0 });
    expect(requests).toEqual(['http://releases.example/haos.iso']);
  });

  it('releases everything when a signal ends it, and cleans up after a killed run', async () => {
    const args = [process.execPath, program, '--config', config, disk.device, iso];
    for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
      const child = startBare(args, { added });
      child.stderr?.on('data', (chunk) => {
        if (!String(chunk).includes('partitioning')) return;
        child.kill(signal);
        // An impatient user sends several signals.
        child.kill(signal);
      });
      await ended(child);
      if (signal === 'SIGHUP') expectReleased();
    }

    expect(await installJs(['--check', disk.device, iso])).toMatchObject({ status: 0 });

    expectReleased();
  });
});

describe('install.js does not change the disk', () => {
  const refuse = async (args: readonly string[], removed: readonly string[] = []) => {
    must('mkfs.ext4', '-q', '-F', '-L', 'precious', disk.device);
    const before = disk.written();
    const { status, stderr } = await installJs(args, removed);
    expect(disk.written()).toBe(before);
    expectReleased();
    expect(stderr).toMatch(/^\s+[a-zA-Z].*/m);
    return { status, stderr };
  };

  it('when the ISO does not have the given digest', async () => {
    const wrong = createHash('sha256').update('other').digest('hex');

    expect(await refuse(['--sha256', wrong, disk.device, iso])).toMatchObject({ status: 5 });
  });

  it('when the ISO has no haos/', async () => {
    const empty = join(directory, 'empty');
    mkdirSync(join(empty, 'boot'), { recursive: true });
    const other = writeIso(empty, join(directory, 'empty.iso'));

    expect(await refuse([disk.device, other])).toMatchObject({ status: 5 });
  });

  it('when the given console is not valid', async () => {
    const refused = await refuse(['--tty', "tty'S0", disk.device, iso]);

    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain('NO  console:');
  });

  it('when the ISO does not exist, and reports that as a check', async () => {
    must('mkfs.ext4', '-q', '-F', disk.device);
    const args = ['--check', '--format', 'json', disk.device, join(directory, 'none.iso')];

    const { status, stdout } = await installJs(args);

    expect(status).toBe(5);
    expect(JSON.parse(stdout).checks).toMatchObject([{ id: 'image', ok: false }]);
    expectReleased();
  });

  it('when the ISO is for another architecture, and names the right one', async () => {
    const foreign = join(directory, 'foreign');
    cpSync(tree, foreign, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(foreign, 'haos/system/haos/current/haos'), ARM64_PROGRAM);
    const other = writeIso(foreign, join(directory, 'foreign.iso'));

    const { status, stderr } = await refuse([disk.device, other]);

    expect(status).toBe(5);
    expect(stderr).toContain('NO  architecture: the image is for arm64, this machine is amd64');
    expect(stderr).toContain('haos-amd64.iso');
  });

  it('when a file of the ISO is damaged', async () => {
    const damaged = join(directory, 'damaged');
    cpSync(tree, damaged, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(damaged, 'haos/system/kernel/current/initrd'), 'an initrD');
    const other = writeIso(damaged, join(directory, 'damaged.iso'));

    expect(await refuse([disk.device, other])).toMatchObject({ status: 5 });
  });

  it('when the disk is mounted', async () => {
    must('mkfs.ext4', '-q', '-F', disk.device);
    const where = join(directory, 'mounted');
    mkdirSync(where);
    must('mount', '-o', 'ro', disk.device, where);
    onTestFinished(() => void must('umount', where));
    const before = disk.written();

    const { status, stderr } = await installJs([disk.device, iso]);

    expect(status).toBe(5);
    expect(stderr).toContain('is mounted at');
    expect(disk.written()).toBe(before);
  });

  it('when nothing can read the ISO, and names the packages', async () => {
    const { status, stderr } = await refuse(
      [disk.device, iso],
      ['bin/xorriso', 'bin/bsdtar', 'bin/7z', 'bin/7zz', 'bin/7za'],
    );

    expect(status).toBe(5);
    expect(stderr).toContain('libarchive-tools');
  });

  it('when the configuration is invalid', async () => {
    const invalid = join(directory, 'invalid.yaml');
    writeFileSync(invalid, 'hostnme: node\n');

    expect(await refuse(['--config', invalid, disk.device, iso])).toMatchObject({ status: 3 });
  });
});
