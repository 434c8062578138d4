import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type InstallOptions, install } from '@haos/install';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { makeBootImage, makeBootLoader, makeImage } from '../../packages/system/src/testing/boot-image.js';
import { createWorkplace, inspect, mountsBelow, probe, type Workplace } from './installation.js';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must } from './loop-disk.js';

let place: Workplace;
let disk: LoopDisk;

beforeAll(() => {
  place = createWorkplace();
  for (const version of ['v1.0.0', 'v2.0.0']) writeRelease(version);
});
afterAll(() => place.remove());
afterEach(() => disk.release());

const kernelOf = (version: string) => `6.1.0-amd64-${version}`;
const setOf = (version: string) => `${version},-,${kernelOf(version)}`;

/** Writes a release with its components, and beside them what starts them on a machine with own keys. */
function writeRelease(version: string): void {
  const release = join(place.directory, version);
  const [haos, kernel] = [`haos/${version}`, `kernel/${kernelOf(version)}`];
  const files = {
    [`${haos}/rootfs.squashfs`]: makeImage(`rootfs.squashfs ${version}`),
    [`${haos}/haos`]: Buffer.from(`${'\x7fELF'.padEnd(18, '\0')}\x3e\0`, 'latin1'),
    [`${kernel}/kernel.squashfs`]: makeImage(`kernel.squashfs ${kernelOf(version)}`),
    [`${kernel}/vmlinuz`]: 'a kernel',
    [`${kernel}/initrd`]: 'an initrd',
  };
  let sums = '';
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(release, path)), { recursive: true });
    writeFileSync(join(release, path), content);
    sums += `${createHash('sha256').update(content).digest('hex')}  ./${path}\n`;
  }
  writeFileSync(join(release, 'sha256sum.txt'), sums);
  for (const component of [haos, kernel])
    must('ln', '-s', component.replace(/.*\//, ''), join(release, dirname(component), 'current'));
  writeFileSync(
    join(release, 'haos-boot-amd64.efi'),
    makeBootImage({ haos: version, kernel: kernelOf(version) }),
  );
  writeFileSync(join(release, 'haos-loader-amd64.efi'), makeBootLoader(version));
}

function options(version: string, some: Partial<InstallOptions> = {}): InstallOptions {
  const release = join(place.directory, version);
  return place.options(disk.device, {
    ...some,
    image: { directory: release },
    boot: { firmware: 'efi', bootImage: `${release}/`, ...some.boot },
  });
}

/** Reads a file of the EFI system partition without mounting it. */
function readEfi(path: string): Buffer {
  return spawnSync('mcopy', ['-i', `${disk.device}p1`, `::/${path}`, '-'], { maxBuffer: 1e8 }).stdout;
}

function listEfi(path: string): string[] {
  const { stdout } = spawnSync('mdir', ['-b', '-i', `${disk.device}p1`, `::/${path}`], {
    encoding: 'utf8',
    env: ENVIRONMENT,
  });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(line.lastIndexOf('/') + 1))
    .sort();
}

function expectStarted(version: string, number: number): void {
  must('fsck.vfat', '-n', `${disk.device}p1`);
  const entry = `EFI/Linux/haos-${number}-${setOf(version)}.efi`;
  expect(readEfi(entry).equals(makeBootImage({ haos: version, kernel: kernelOf(version) }))).toBe(true);
  expect(readEfi('EFI/BOOT/BOOTX64.EFI').equals(makeBootLoader(version))).toBe(true);
  expect(readEfi('loader/loader.conf').toString()).toContain('secure-boot-enroll off\n');
}

it('with a boot image has systemd-boot instead of GRUB, also when it is installed again', async () => {
  disk = createLoopDisk(place.directory, 512);

  const report = await install(options('v1.0.0'));

  expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(report.status).toBe('installed');
  expectStarted('v1.0.0', 1);
  expect(listEfi('EFI/BOOT')).toEqual(['BOOTX64.EFI']);
  expect(probe(`${disk.device}p2`, 'LABEL')).toBe('HAOS_STATE');
  inspect(`${disk.device}p2`, (root) => {
    expect(existsSync(join(root, 'boot/grub'))).toBe(false);
    expect(existsSync(join(root, 'haos/system/boot-image'))).toBe(false);
  });

  // The node did not boot for a while, and starts its old version.
  const kept = { target: { device: `${disk.device}p2`, format: false } };
  const before = disk.written();
  const trap = await install(place.options(`${disk.device}p2`, { ...kept, boot: { firmware: 'efi' } }));
  expect(trap.status).toBe('refused');
  expect(trap.checks.filter(({ ok }) => !ok)).toMatchObject([
    { id: 'boot-image', message: expect.stringContaining('has signed boot images') },
  ]);
  expect(disk.written()).toBe(before);

  expect((await install(options('v2.0.0', kept))).status).toBe('installed');
  expect(listEfi('EFI/Linux')).toEqual([`haos-1-${setOf('v1.0.0')}.efi`, `haos-2-${setOf('v2.0.0')}.efi`]);
  expectStarted('v2.0.0', 2);

  expect((await install(options('v2.0.0', kept))).status).toBe('installed');
  expect(listEfi('EFI/Linux')).toEqual([`haos-1-${setOf('v1.0.0')}.efi`, `haos-3-${setOf('v2.0.0')}.efi`]);
  expect(mountsBelow(place.directory)).toEqual([]);
});

it('turns a node with GRUB into one with systemd-boot, and keeps its data', async () => {
  disk = createLoopDisk(place.directory, 512);
  await install(place.options(disk.device, { boot: { firmware: 'efi' } }));
  const state = `${disk.device}p2`;
  inspect(state, (root) => writeFileSync(join(root, 'haos/data/kept'), 'kept'), 'rw');

  const report = await install(options('v2.0.0', { target: { device: state, format: false } }));

  expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
  expectStarted('v2.0.0', 1);
  expect(listEfi('EFI/BOOT')).toEqual(['BOOTX64.EFI']);
  inspect(state, (root) => expect(readFileSync(join(root, 'haos/data/kept'), 'utf8')).toBe('kept'));
});

it.each<[title: string, message: RegExp, boot: InstallOptions['boot'], change?: () => () => void]>([
  [
    'that starts another version',
    /starts HAOS v2.0.0 .*, not v1.0.0/,
    { bootImage: '@/v2.0.0/haos-boot-amd64.efi' },
  ],
  ['that does not exist', /has no boot image for this kernel/, { bootImage: '@/none.efi' }],
  ['for BIOS', /only EFI starts/, { firmware: 'bios' }],
  ['without its boot loader', /needs its boot loader/, { loader: false }],
  ['and no boot loader beside it', /has no haos-loader-amd64.efi/, {}, () => replaceLoader(undefined)],
  ['and a boot loader that is none', /is not systemd-boot/, {}, () => replaceLoader('MZ')],
])('is refused with a boot image %s, and nothing is written', async (_title, message, boot, change) => {
  disk = createLoopDisk(place.directory, 512);
  const undo = change?.();
  const before = disk.written();
  const bootImage = boot?.bootImage?.replace('@', place.directory);
  try {
    const { status, checks } = await install(
      options('v1.0.0', { boot: { ...boot, ...(bootImage && { bootImage }) } }),
    );
    const refused = checks.filter(({ ok }) => !ok);
    expect(refused.map(({ id }) => id)).toEqual(['boot-image']);
    expect(refused[0]?.message).toMatch(message);
    expect(status).toBe('refused');
    expect(disk.written()).toBe(before);
  } finally {
    undo?.();
  }
});

/** Replaces or removes the boot loader of the first release; returns a function that undoes it. */
function replaceLoader(content: string | undefined): () => void {
  const path = join(place.directory, 'v1.0.0/haos-loader-amd64.efi');
  if (content === undefined) rmSync(path);
  else writeFileSync(path, content);
  return () => writeFileSync(path, makeBootLoader('v1.0.0'));
}
