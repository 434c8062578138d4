import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installToFile } from '@haos/install';
import { EFI_CONFIG } from '@haos/system/internal';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ended } from './bare-machine.js';
import {
  CONFIG,
  createHost,
  createWorkplace,
  expectWhole,
  inspect,
  mountsBelow,
  type Workplace,
} from './installation.js';
import { ENVIRONMENT, must } from './loop-disk.js';

const HAOS = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));
const MIB = 1024 * 1024;
const SIZE = 2100 * MIB;

let place: Workplace;
let device: string | undefined;

beforeAll(() => {
  place = createWorkplace();
});
afterAll(() => place.remove());
afterEach(() => {
  if (device) {
    must('partx', '--delete', device);
    must('losetup', '--detach', device);
  }
  device = undefined;
});

/** Makes the file a disk of this machine, and returns its device. */
function attach(file: string): string {
  device = must('losetup', '--find', '--show', '--partscan', '--read-only', file);
  must('partx', '--update', device);
  return device;
}

function expectReleased(): void {
  expect(must('losetup', '--list', '--noheadings', '--output', 'BACK-FILE')).not.toContain(place.directory);
  expect(mountsBelow(place.directory)).toEqual([]);
  expect(readdirSync(place.directory).filter((name) => name.endsWith('.partial'))).toEqual([]);
}

function install(path: string, config = {}) {
  const host = createHost(place.programs);
  return installToFile({ host, file: { path, size: SIZE }, image: { directory: place.image }, config });
}

describe('a raw disk in a file', () => {
  let file: string;
  beforeEach(() => {
    file = join(place.directory, `raw-${Math.random()}.raw`);
  });

  it('boots with BIOS and EFI, and is private as its configuration', async () => {
    const report = await install(file, { url: place.config });

    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(report).toMatchObject({ status: 'installed', disk: file });
    expectReleased();
    const { size, mode, blocks } = statSync(file);
    expect([size, (mode & 0o777).toString(8)]).toEqual([SIZE, '600']);
    expect(blocks * 512).toBeLessThan(SIZE / 4);
    const disk = attach(file);
    const { label, partitions } = JSON.parse(must('sfdisk', '--json', disk)).partitiontable;
    expect(label).toBe('gpt');
    expect(partitions.map(({ start }: { start: number }) => start)).toEqual([2048, 4096, 536_576]);
    expect(must('dd', `if=${disk}`, 'bs=512', 'count=1', 'status=none')).toContain('GRUB');
    expect(must('mcopy', '-i', `${disk}p2`, `::/${EFI_CONFIG}`, '-')).toContain(
      `--fs-uuid ${report.stateUuid}`,
    );
    must('fsck.vfat', '-n', `${disk}p2`);
    expectWhole(`${disk}p3`, place, CONFIG);
  });

  it('has nothing that identifies a node, nor anything of this machine', async () => {
    await install(file);

    inspect(`${attach(file)}p3`, (root) => {
      expect(readFileSync(join(root, 'haos/system/config.yaml'), 'utf8')).toMatch(
        /^haos:\n {2}data_sources:\n {4}- cdrom\n( {4}- [a-z]+\n)+$/,
      );
      expect(readdirSync(join(root, 'haos/data'))).toEqual([]);
      expect(readdirSync(join(root, 'haos/system')).sort()).toEqual([
        'config.yaml',
        'grubenv',
        'haos',
        'kernel',
      ]);
      expect(readdirSync(root).sort()).toEqual(['boot', 'haos', 'lost+found']);
      expect(readdirSync(join(root, 'boot/grub'))).not.toContain('device.map');
      expect(readFileSync(join(root, 'boot/grub/grub.cfg'), 'utf8')).toContain(
        'console=ttyS0,115200 console=tty1',
      );
    });
  });

  it('does not replace a file', async () => {
    writeFileSync(file, 'precious');

    expect(await install(file)).toMatchObject({ status: 'refused', checks: [{ id: 'file', ok: false }] });
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

it.each(['qcow2', 'vmdk', 'vhd'])(
  'a disk in the format %s has the size that was asked for',
  async (format) => {
    const file = join(place.directory, `disk.${format}`);
    expect((await install(file)).status).toBe('installed');

    expectReleased();
    const driver = format === 'vhd' ? 'vpc' : format;
    const info = JSON.parse(must('qemu-img', 'info', '-f', driver, '--output', 'json', file));
    expect(info['virtual-size']).toBe(SIZE);
    if (format === 'vmdk') expect(info['format-specific'].data['create-type']).toBe('streamOptimized');
    if (format === 'vhd') expectFixedVhd(file);
  },
);

/** Checks the last sector: the Virtual Hard Disk Image Format Specification, "Hard Disk Footer Format". */
function expectFixedVhd(file: string): void {
  const footer = execFileSync('tail', ['--bytes', '512', file]);
  expect(statSync(file).size).toBe(SIZE + 512);
  expect(footer.toString('latin1', 0, 8)).toBe('conectix');
  expect([footer.readBigUInt64BE(48), footer.readUInt32BE(60)]).toEqual([BigInt(SIZE), 2]);
}

it('is complete at the second run, if the first is killed', async () => {
  const large = 'kernel/6.1.0-v1.0.0/firmware';
  const content = Buffer.alloc(200_000_000, 'a');
  writeFileSync(join(place.image, large), content);
  const digest = createHash('sha256').update(content).digest('hex');
  appendFileSync(join(place.image, 'sha256sum.txt'), `${digest}  ./${large}\n`);
  const file = join(place.directory, 'killed.raw');
  const args = [HAOS, 'install', '--to-file', file, '--size', '2100M', '--image', place.image];
  const child = spawn(process.execPath, args, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.on('data', (chunk) => String(chunk).includes('copying') && child.kill('SIGKILL'));

  expect(await ended(child)).toMatchObject({ status: null });
  expect(existsSync(file)).toBe(false);
  expect(existsSync(`${file}.partial`)).toBe(true);
  expect(await install(file, { url: place.config })).toMatchObject({ status: 'installed' });

  expectReleased();
  expectWhole(`${attach(file)}p3`, place);
});
