import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InstallOptions, install } from '@haos/install';
import { EFI_CONFIG, EFI_LOADERS } from '@haos/system/internal';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWorkplace, expectWhole, inspect, mountsBelow, probe, type Workplace } from './installation.js';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage } from './loop-disk.js';

let place: Workplace;
let disk: LoopDisk | undefined;

beforeAll(() => {
  place = createWorkplace();
});
afterAll(() => place.remove());
afterEach(() => {
  disk?.release();
  disk = undefined;
});

/** Makes a disk with partitions, as a user would; `description` is input of sfdisk. */
function divide(megabytes: number, description: string): string {
  disk = createLoopDisk(place.directory, megabytes);
  const { status } = spawnSync('sfdisk', ['--quiet', disk.device], { input: description, env: ENVIRONMENT });
  expect(status).toBe(0);
  must('partx', '--update', disk.device);
  return disk.device;
}

function tableOf(device: string) {
  return JSON.parse(must('sfdisk', '--json', device)).partitiontable;
}

const FILES = EFI_LOADERS.find(({ architecture }) => architecture === 'amd64')!.files;

/** Reads a file of an EFI system partition without mounting it. */
function readEfi(partition: string, path: string): Buffer {
  return spawnSync('mcopy', ['-i', partition, `::/${path}`, '-'], { maxBuffer: 1e8 }).stdout;
}

function expectLoader(partition: string, uuid: string | undefined): void {
  must('fsck.vfat', '-n', partition);
  for (const [name, path] of Object.entries(FILES))
    expect(readEfi(partition, `EFI/BOOT/${name}`).equals(readFileSync(path)), name).toBe(true);
  expect(readEfi(partition, EFI_CONFIG).toString()).toContain(`--set=root --fs-uuid ${uuid}\n`);
}

describe('an installation for EFI', () => {
  it.each([512, 4096])('needs no kernel that mounts FAT, on sectors of %d bytes', async (sectorSize) => {
    disk = createLoopDisk(place.directory, 512, sectorSize);
    const { device } = disk;

    const report = await install(place.options(device, { boot: { firmware: 'efi' } }));

    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(tableOf(device)).toMatchObject({
      label: 'gpt',
      sectorsize: sectorSize,
      partitions: [
        { type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' },
        { type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4' },
      ],
    });
    must('sfdisk', '--verify', device);
    expect([probe(`${device}p1`, 'LABEL'), probe(`${device}p1`, 'VERSION')]).toEqual(['HAOS_GRUB', 'FAT32']);
    expectLoader(`${device}p1`, report.stateUuid);
    expectWhole(`${device}p2`, place);
    expect(mountsBelow(place.directory)).toEqual([]);
  });
});

describe('an installation into an existing layout', () => {
  const BIOS = 'label: dos\nsize=64MiB, type=83\ntype=83\n';

  it('keeps the persistent data, and the configuration if none is given', async () => {
    const state = `${divide(200, BIOS)}p2`;
    const before = must('sfdisk', '--dump', disk!.device);
    must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', state);
    const uuid = probe(state, 'UUID');
    inspect(
      state,
      (root) => {
        mkdirSync(join(root, 'haos/data'), { recursive: true });
        writeFileSync(join(root, 'haos/data/kept'), 'kept');
        writeImage(join(root, 'haos/system'), 'v0.9.0');
        writeFileSync(join(root, 'haos/system/config.yaml'), 'hostname: before\n');
        writeFileSync(join(root, 'haos/system/takeover'), `haos-takeover 1\nuuid ${uuid}\nthen reboot\n`);
      },
      'rw',
    );
    const { config: _none, ...options } = place.options(state, { target: { format: false } });

    const report = await install(options);

    expect(report).toMatchObject({ status: 'installed', stateUuid: uuid });
    expect(must('sfdisk', '--dump', disk!.device)).toBe(before);
    inspect(state, (root) => {
      const system = join(root, 'haos/system');
      expect(readFileSync(join(root, 'haos/data/kept'), 'utf8')).toBe('kept');
      expect(readFileSync(join(system, 'config.yaml'), 'utf8')).toBe('hostname: before\n');
      const links = ['haos/current', 'haos/previous', 'kernel/current', 'kernel/previous'];
      expect(links.map((link) => readlinkSync(join(system, link)))).toEqual([
        'v1.0.0',
        'v0.9.0',
        '6.1.0-v1.0.0',
        '6.1.0-v0.9.0',
      ]);
      expect(existsSync(join(system, 'intent'))).toBe(false);
      expect(existsSync(join(system, 'takeover'))).toBe(false);
    });
    expect(must('dd', `if=${disk!.device}`, 'bs=512', 'count=1', 'status=none')).toContain('GRUB');
  });

  it('finds a partition that was made and labelled by hand, and does not touch the boot loader', async () => {
    const device = divide(200, BIOS);
    must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', `${device}p2`);
    const sector = () => must('sh', '-c', `head -c 440 '${device}' | sha256sum`);
    const before = sector();
    const { target, ...options } = place.options('', { target: { format: false }, boot: { loader: false } });
    const { device: _unnamed, ...unnamed } = target ?? {};

    const report = await install({ ...options, target: unnamed });

    expect(report.status).toBe('installed');
    expectWhole(`${device}p2`, place);
    inspect(`${device}p2`, (root) => expect(readdirSync(join(root, 'boot/grub'))).toEqual(['grub.cfg']));
    expect(sector()).toBe(before);
  });

  it('labels the given partition, and uses the EFI partition of its disk', async () => {
    const device = divide(500, 'label: gpt\nsize=100MiB, type=U\nsize=100MiB, type=L\ntype=L\n');
    must('mkfs.vfat', '-F', '32', `${device}p1`);
    must('mkfs.ext4', '-q', '-F', '-L', 'other', `${device}p2`);
    must('mkfs.ext4', '-q', '-F', '-L', 'data', `${device}p3`);

    const report = await install(
      place.options(`${device}p3`, { target: { format: false }, boot: { firmware: 'efi' } }),
    );

    expect(report.status).toBe('installed');
    expect(probe(`${device}p2`, 'LABEL')).toBe('other');
    expectWhole(`${device}p3`, place);
    expectLoader(`${device}p1`, report.stateUuid);
  });

  it.each<[title: string, ids: string[], make: (state: string) => void, some: Partial<InstallOptions>]>([
    ['has no file system', ['device'], () => {}, {}],
    ['is too small', ['size'], makeExt4, { target: { minimumSize: 1e9 } }],
    ['has no room', ['space'], (state) => void must('mkfs.ext4', '-q', '-F', state, '30M'), {}],
    ['GRUB cannot read', ['file-system'], (state) => makeExt4(state, 'inline_data'), {}],
    ['has no EFI partition beside it', ['boot-loader'], makeExt4, { boot: { firmware: 'efi' } }],
  ])('is refused when the partition %s, and nothing is written', async (_title, ids, make, some) => {
    const state = `${divide(200, BIOS)}p2`;
    make(state);
    const before = disk!.digest();

    const { status, checks } = await install(
      place.options(state, { ...some, target: { format: false, ...some.target } }),
    );

    expect(status).toBe('refused');
    expect(checks.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual(ids);
    expect(disk!.digest()).toBe(before);
  });
});

function makeExt4(partition: string, features = 'extent'): void {
  must('mkfs.ext4', '-q', '-F', '-O', features, partition);
}

describe('an installation is refused, and the disk does not change,', () => {
  async function refuse(some: Partial<InstallOptions>): Promise<string[]> {
    const before = disk!.digest();
    const { status, checks } = await install(place.options(disk!.device, some));
    expect(status).toBe('refused');
    expect(disk!.digest()).toBe(before);
    return checks.filter(({ ok }) => !ok).map(({ id }) => id);
  }

  it('when a BIOS cannot boot from it', async () => {
    disk = createLoopDisk(place.directory, 200, 4096);

    expect(await refuse({ boot: { firmware: 'bios' } })).toEqual(['firmware']);
  });

  it('when the image does not fit beside the EFI partition', async () => {
    disk = createLoopDisk(place.directory, 290);

    expect(await refuse({ boot: { firmware: 'efi' } })).toEqual(['space']);
  });
});
