import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InstallEvent, type InstallOptions, install } from '@haos/install';
import { parseBootState } from '@haos/system/internal';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { mergeParts } from './installation.js';
import {
  ARM64_PROGRAM,
  createInstallerHost,
  createLoopDisk,
  type LoopDisk,
  must,
  writeImage,
  writeUdevadm,
} from './loop-disk.js';

const SMALL = 100_000_000;
const TOKEN = 'a-secret-token';

let directory: string;
let image: string;
let programs: string;
let disk: LoopDisk;
let server: Server;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'haos-loop-'));
  image = join(directory, 'image');
  writeImage(image);
  programs = writeUdevadm(directory);
  const documents: Record<string, string> = {
    '/config.yaml': `# kept\nhostname: installed\nhaos:\n  token: ${TOKEN}\n`,
    '/with-install.yaml': 'hostname: installed\nhaos:\n  install:\n    silent: true\n',
    '/broken.yaml': 'hostname: [\n',
    '/unknown.yaml': 'hostnme: a\n',
    '/empty.yaml': '',
  };
  server = createServer((request, response) => {
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200).end(document);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

beforeEach(() => {
  disk = createLoopDisk(directory, 128);
});
afterEach(() => disk.release());

function options(some: Partial<InstallOptions> = {}): InstallOptions {
  const common = {
    host: createInstallerHost(programs),
    target: { device: disk.device, minimumSize: SMALL, mountPoint: join(directory, 'target') },
    image: { directory: image },
    config: { url: `${url}/config.yaml` },
    boot: { firmware: 'bios', tty: 'ttyS0' },
  } as const;
  return mergeParts<InstallOptions>(common, some);
}

/** Reads a file system that is not mounted elsewhere. */
function inspect<T>(partition: string, look: (path: string) => T): T {
  const path = mkdtempSync(join(directory, 'look-'));
  must('mount', '-o', 'ro', partition, path);
  try {
    return look(path);
  } finally {
    must('umount', path);
  }
}

function mountsBelow(path: string): string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(path));
}

describe('an installation for BIOS', () => {
  it('leaves a disk that boots, with everything on it, and no mounts', async () => {
    const events: InstallEvent[] = [];
    const { host, ...rest } = options();

    const report = await install({ ...rest, host, onEvent: (event) => events.push(event) });

    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(report).toMatchObject({ status: 'installed', disk: disk.device });
    const partition = `${disk.device}p1`;
    const table = JSON.parse(must('sfdisk', '--json', disk.device)).partitiontable;
    expect(table).toMatchObject({
      label: 'dos',
      partitions: [{ node: partition, start: 2048, type: '83', bootable: true }],
    });
    expect(table.partitions).toHaveLength(1);
    expect(must('blkid', '-p', '-s', 'LABEL', '-o', 'value', partition)).toBe('HAOS_STATE');
    expect(must('blkid', '-p', '-s', 'UUID', '-o', 'value', partition)).toBe(report.stateUuid);
    must('e2fsck', '-fn', partition);
    // GRUB's first stage is in the master boot record, and the rest follows it.
    expect(must('dd', `if=${disk.device}`, 'bs=512', 'count=1', 'status=none')).toContain('GRUB');
    expect(mountsBelow(directory)).toEqual([]);
    expect(new Set(events.flatMap((event) => (event.kind === 'step' ? [event.step] : [])))).toEqual(
      new Set(['format', 'copy', 'configure', 'boot-loader', 'verify']),
    );
    inspect(partition, (root) => {
      expect(readlinkSync(join(root, 'haos/system/haos/current'))).toBe('v1.0.0');
      expect(readdirSync(join(root, 'haos/system/kernel/current/'))).toEqual([
        'initrd',
        'kernel.squashfs',
        'vmlinuz',
      ]);
      expect(readdirSync(join(root, 'haos'))).toEqual(['data', 'system']);
      const config = join(root, 'haos/system/config.yaml');
      expect(readFileSync(config, 'utf8')).toContain('# kept\nhostname: installed');
      expect(statSync(config).mode & 0o777).toBe(0o600);
      expect(parseBootState(readFileSync(join(root, 'haos/system/grubenv')))).toEqual({ slot: 'current' });
      const grub = join(root, 'boot/grub/grub.cfg');
      must('grub-script-check', grub);
      expect(readFileSync(grub, 'utf8')).toContain(`haos.state=UUID=${report.stateUuid}`);
      expect(readdirSync(join(root, 'boot/grub/i386-pc'))).toContain('normal.mod');
    });
    expect(JSON.stringify([host.operations, events, report.checks])).not.toContain(TOKEN);
  });

  it('leaves out the install section, and replaces a node if the disk is named', async () => {
    await install(options());
    const events: InstallEvent[] = [];

    const report = await install(
      options({ config: { url: `${url}/with-install.yaml` }, onEvent: (event) => events.push(event) }),
    );

    expect(report.status).toBe('installed');
    expect(events[0]).toMatchObject({ kind: 'announce', replacesState: true, seconds: 15 });
    inspect(`${disk.device}p1`, (root) => {
      expect(readFileSync(join(root, 'haos/system/config.yaml'), 'utf8')).toBe(
        'haos: {}\nhostname: installed\n',
      );
    });
  });

  it('makes a partition for GRUB on a disk that is too large for an msdos table', async () => {
    disk.release();
    disk = createLoopDisk(directory, 3_000_000);

    const report = await install(options());

    expect(report.status).toBe('installed');
    const { partitiontable: table } = JSON.parse(must('sfdisk', '--json', disk.device));
    expect([table.label, table.partitions.length]).toEqual(['gpt', 2]);
    expect(must('blkid', '-p', '-s', 'LABEL', '-o', 'value', `${disk.device}p2`)).toBe('HAOS_STATE');
  });

  it('that is interrupted releases everything and leaves no state partition', async () => {
    const ended = new AbortController();
    const reason = new Error('interrupted');
    const onEvent = ({ kind }: InstallEvent) => kind === 'progress' && ended.abort(reason);

    await expect(install(options({ signal: ended.signal, onEvent }))).rejects.toBe(reason);

    expect(mountsBelow(directory)).toEqual([]);
    expect(must('lsblk', '--noheadings', '--output', 'PATH', disk.device)).toContain(`${disk.device}p1`);
    expect(must('blkid', '-p', '-s', 'LABEL', '-o', 'value', `${disk.device}p1`)).toBe('');
  });

  it('notices that the disk lost what was written', async () => {
    const host = createInstallerHost(programs);
    const files = {
      ...host.files,
      digest: async (path: string) => (path.startsWith(image) ? host.files.digest(path) : 'other'),
    };

    await expect(install(options({ host: { ...host, files } }))).rejects.toMatchObject({
      code: 'HAOS_COPY_DIFFERS',
    });

    expect(mountsBelow(directory)).toEqual([]);
  });
});

describe('an installation is refused, and the disk does not change,', () => {
  /** Makes a disk with data that must not be lost. */
  function fillDisk(label = 'precious'): string {
    must('mkfs.ext4', '-q', '-F', '-L', label, disk.device);
    return disk.digest();
  }

  async function refuse(some: Partial<InstallOptions>): Promise<string[]> {
    const report = await install(options(some));
    expect(report.status).toBe('refused');
    const failed = report.checks.filter(({ ok }) => !ok);
    for (const { hint } of failed) expect(hint).toMatch(/^[A-Z].*\.$/);
    return failed.map(({ id }) => id);
  }

  it.each<[title: string, id: string, change: () => Partial<InstallOptions>]>([
    [
      'when the configuration URL does not answer',
      'config',
      () => ({ config: { url: 'http://127.0.0.1:9/config.yaml' } }),
    ],
    ['when the configuration does not exist', 'config', () => ({ config: { url: `${url}/none.yaml` } })],
    ['when the configuration is not YAML', 'config', () => ({ config: { url: `${url}/broken.yaml` } })],
    [
      'when the configuration has an unknown key',
      'config',
      () => ({ config: { url: `${url}/unknown.yaml` } }),
    ],
    ['when the configuration is empty', 'config', () => ({ config: { url: `${url}/empty.yaml` } })],
    ['when the disk is too small', 'size', () => ({ target: { minimumSize: 2_000_000_000 } })],
    ['without an image', 'image', () => ({ image: { directory } })],
  ])('%s', async (_title, id, change) => {
    const before = fillDisk();

    expect(await refuse(change())).toEqual([id]);
    expect(disk.digest()).toBe(before);
  });

  it('when the image is damaged', async () => {
    const before = fillDisk();
    const damaged = join(directory, 'damaged');
    writeImage(damaged);
    writeFileSync(join(damaged, 'kernel/6.1.0-v1.0.0/initrd'), 'an initrD');

    expect(await refuse({ image: { directory: damaged } })).toEqual(['checksums']);
    expect(disk.digest()).toBe(before);
  });

  it('when the image is for another architecture than the boot loader', async () => {
    const before = fillDisk();
    const other = join(directory, 'arm64');
    writeImage(other, 'v1.0.0', ARM64_PROGRAM);

    expect(await refuse({ image: { directory: other } })).toEqual(['architecture']);
    expect(disk.digest()).toBe(before);
  });

  it('when it is mounted', async () => {
    fillDisk();
    const where = join(directory, 'mounted');
    mkdirSync(where);
    must('mount', '-o', 'ro', disk.device, where);
    onTestFinished(() => void must('umount', where));
    const before = disk.digest();

    expect(await refuse({})).toEqual(['in-use']);
    expect(disk.digest()).toBe(before);
  });

  it('when it has the state of a node and may not be replaced', async () => {
    const before = fillDisk('HAOS_STATE');

    expect(await refuse({ target: { keepState: true } })).toEqual(['state']);
    expect(disk.digest()).toBe(before);
  });

  it('when the given device is not a disk', async () => {
    const before = fillDisk();
    const file = join(directory, 'a-file');
    writeFileSync(file, 'content');

    expect(await refuse({ target: { device: file } })).toEqual(['device']);
    expect(await refuse({ target: { device: '/dev/none' } })).toEqual(['device']);
    expect(readFileSync(file, 'utf8')).toBe('content');
    expect(disk.digest()).toBe(before);
  });
});
