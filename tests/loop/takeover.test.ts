import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TakeoverOptions, takeOver } from '@haos/install';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ended } from './bare-machine.js';
import { CONFIG, createDistribution, type Distribution, GRUB_CFG, LABEL, TOKEN } from './distribution.js';
import { ENVIRONMENT, type LoopDisk, must, writeImage } from './loop-disk.js';
import { writeIso, writeIsoTree } from './write-iso.js';

const BUNDLE = fileURLToPath(new URL('../../bin/dist/install.js', import.meta.url));
describe('taking over a distribution', () => {
  let directory: string;
  let distribution: Distribution;
  let disk: LoopDisk;
  let device: string;
  let root: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-takeover-'));
    distribution = createDistribution(directory);
    ({ disk, device, root } = distribution);
  });

  afterEach(() => {
    distribution.release();
    rmSync(directory, { recursive: true });
  });

  const run = (some?: Partial<TakeoverOptions>) => takeOver(distribution.options(some));
  const label = () => distribution.label();
  const read = (path: string) => distribution.read(path);
  const list = () =>
    must('sh', '-c', `cd ${root} && find . ! -path ./lost+found | sort | xargs ls -ld --time-style=full-iso`);

  it('installs HAOS beside it, and makes its boot loader boot HAOS', async () => {
    const { status, target } = await run();

    expect(status).toBe('installed');
    expect(target?.deleted).toEqual(['/etc', '/home']);
    expect(read('haos/system/haos/current/rootfs.squashfs')).toHaveLength(950_000);
    expect(read('haos/system/config.yaml')).toBe(CONFIG);
    expect(statSync(join(root, 'haos/system/config.yaml')).mode & 0o777).toBe(0o600);
    const uuid = must('blkid', '-p', '-o', 'value', '-s', 'UUID', device);
    expect(read('haos/system/takeover')).toBe(`haos-takeover 1\nuuid ${uuid}\nthen reboot\n`);
    must('grub-script-check', join(root, 'boot/grub/grub.cfg'));
    expect(read('boot/grub/grub.cfg')).toContain(`haos.state=UUID=${uuid}`);
    expect(read('boot/grub/grub.cfg')).not.toContain(TOKEN);
    expect(read('boot/grub/grub.cfg.before-haos')).toBe(GRUB_CFG);
    expect(label()).toBe('HAOS_STATE');
    expect(read('home/somebody/letter')).toBe('dear');
    expect(distribution.onDisk('/boot/grub/grub.cfg')).toContain(`haos.state=UUID=${uuid}`);
    expect(distribution.onDisk('/haos/system/kernel/current/vmlinuz')).toBe('a kernel');
  });

  it('adds a newer version in the same place, and keeps the previous one for a rollback', async () => {
    await run();
    writeImage(join(directory, 'newer'), 'v2.0.0');

    expect(await run({ image: { directory: join(directory, 'newer') } })).toMatchObject({
      status: 'installed',
    });

    const links = ['current', 'previous'].map((slot) => readlinkSync(join(root, 'haos/system/haos', slot)));
    expect(links).toEqual(['v2.0.0', 'v1.0.0']);
  });

  it('makes the first boot power off if requested', async () => {
    await run({ powerOff: true });

    expect(read('haos/system/takeover')).toMatch(/^then poweroff$/m);
  });

  it('is completed by a second run after an interruption', async () => {
    const ended = new AbortController();
    const onEvent: TakeoverOptions['onEvent'] = (event) => {
      if (event.kind === 'progress') ended.abort(new Error('ended'));
    };
    await expect(run({ signal: ended.signal, onEvent })).rejects.toThrow('ended');
    expect(read('boot/grub/grub.cfg')).toBe(GRUB_CFG);
    expect(label()).toBe(LABEL);
    expect(existsSync(join(root, 'haos/system/takeover'))).toBe(false);

    expect(await run()).toMatchObject({ status: 'installed' });
    expect(await run()).toMatchObject({ status: 'installed' });
    expect(read('boot/grub/grub.cfg.before-haos')).toBe(GRUB_CFG);
  });

  it('writes nothing without a confirmation', async () => {
    const before = list();

    expect(await run({ confirm: () => false })).toMatchObject({ status: 'refused' });
    expect(list()).toBe(before);
    expect(label()).toBe(LABEL);
  });

  it.each<[string, string, (place: { root: string; disk: string }) => Partial<TakeoverOptions> | undefined]>([
    ['another device is named', 'takeover-root', ({ disk: other }) => ({ target: { device: other, root } })],
    ['a disk is named', 'takeover-partition', ({ disk: other }) => ({ target: { device: other, root } })],
    [
      '/boot is a file system of its own',
      'takeover-boot',
      ({ root: place }) => void must('mount', '-t', 'tmpfs', 'boot', join(place, 'boot')),
    ],
    [
      'GRUB has no configuration there',
      'takeover-grub',
      ({ root: place }) => void rmSync(join(place, 'boot/grub/grub.cfg')),
    ],
    [
      'GRUB reads another directory',
      'takeover-grub',
      ({ root: place }) => {
        mkdirSync(join(place, 'boot/grub2'));
        writeFileSync(join(place, 'boot/grub2/grub.cfg'), '');
        return undefined;
      },
    ],
    [
      'the machine was booted by EFI, and GRUB for EFI is missing',
      'takeover-grub',
      () => ({ boot: { firmware: 'efi' } }),
    ],
    [
      'there is too little space',
      'takeover-space',
      ({ root: place }) => void must('fallocate', '-l', '90M', join(place, 'large')),
    ],
    ['the configuration does not exist', 'config', () => ({ config: { url: '/nowhere/config.yaml' } })],
    ['the image does not exist', 'image', () => ({ image: { directory: '/nowhere' } })],
  ])('is refused, and nothing is written, when %s', async (_title, id, arrange) => {
    const changed = arrange({ root, disk: disk.device }) ?? {};
    const before = list();
    let wasAsked = false;
    const confirm = () => {
      wasAsked = true;
      return true;
    };

    const { status, checks } = await run({ ...changed, confirm });

    expect(status).toBe('refused');
    expect(checks.filter(({ ok }) => !ok).map((check) => check.id)).toContain(id);
    expect(wasAsked).toBe(false);
    expect(list()).toBe(before);
    expect(label()).toBe(LABEL);
  });

  it('is refused when the root is not ext4', async () => {
    const place = join(directory, 'memory');
    mkdirSync(place);
    must('mount', '-t', 'tmpfs', 'memory', place);
    try {
      const { checks } = await run({ target: { device, root: place } });

      expect(checks).toContainEqual(expect.objectContaining({ id: 'takeover-root', ok: false }));
    } finally {
      must('umount', place);
    }
  });

  /**
   * Runs install.js with the distribution as the running system: it has the programs of this
   * machine.
   */
  function installJs(...args: string[]) {
    const script = `
      for name in usr proc sys dev run tmp; do mkdir ${root}/$name; mount --rbind /$name ${root}/$name; done
      for name in bin sbin lib lib64; do ln -s usr/$name ${root}/$name; done
      exec chroot ${root} "$@"`;
    const program = [process.execPath, join(directory, 'install.js'), '--takeover', '--no-format', ...args];
    const unshare = ['--mount', 'sh', '-ec', script, 'sh', ...program];
    return ended(spawn('unshare', unshare, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  it('is done by install.js, only after the user agrees to what it deletes', async () => {
    const iso = writeIso(writeIsoTree(directory), join(directory, 'haos.iso'));
    cpSync(BUNDLE, join(directory, 'install.js'));
    const config = join(directory, 'config.yaml');

    const asked = await installJs('--config', config, device, iso);
    expect(asked).toMatchObject({ status: 5, stdout: '', stderr: expect.stringMatching(/^ {2}\/home$/m) });
    expect(existsSync(join(root, 'haos'))).toBe(false);
    must('sh', '-c', `cd ${root} && rm bin sbin lib lib64 && rmdir usr proc sys dev run tmp`);

    const done = await installJs('--yes', '--poweroff', '--format', 'json', '--config', config, device, iso);
    expect(done).toMatchObject({ status: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({ status: 'installed', disk: device });
    expect(read('haos/system/config.yaml')).toBe(CONFIG);
    expect(read('haos/system/takeover')).toMatch(/^then poweroff$/m);
    expect(existsSync(join(root, 'var/lib/haos-install'))).toBe(false);
    expect(label()).toBe('HAOS_STATE');
  });
});
