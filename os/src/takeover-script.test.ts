import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../overlay/initrd/lib/haos/takeover.sh', import.meta.url));

const MARKER = 'haos-takeover 1\nuuid 1234-abcd\nthen reboot\n';

describe('the first boot after a takeover', () => {
  let directory: string;
  let root: string;
  let marker: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-takeover-'));
    root = join(directory, 'root');
    marker = join(root, 'haos/system/takeover');
    const files = ['.hidden', '..odd', 'etc/fstab', 'usr/bin/sh', 'boot/vmlinuz', 'boot/grub/grub.cfg'];
    for (const file of [
      ...files,
      'boot/efi/kept',
      'haos/system/config.yaml',
      'haos/data/kept',
      'with blank/x',
    ]) {
      mkdirSync(join(root, file, '..'), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    writeFileSync(join(directory, 'outside'), '');
    symlinkSync(directory, join(root, 'link'));
    writeFileSync(marker, MARKER);
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  /** `before` is shell code that replaces functions that the script calls. */
  function boot(before = '') {
    const stubs = `say() { echo "$*"; }; sync() { :; }; umount() { :; }; find_device() { echo /dev/vda1; }
      reboot() { echo "reboots $*"; exit; }; poweroff() { echo "powers off $*"; exit; }`;
    const code = `set -f; ${stubs}\n. ${script}\n${before}\nfinish_takeover ${root} /dev/vda1; echo boots`;
    const { stdout } = spawnSync('sh', ['-c', code], { encoding: 'utf8' });
    return stdout.trim().split('\n').at(-1);
  }

  it('deletes everything but HAOS and the boot loader, then does what the marker says', () => {
    expect(boot()).toBe('reboots -f');
    expect(readdirSync(root).sort()).toEqual(['boot', 'haos']);
    expect(readdirSync(join(root, 'boot')).sort()).toEqual(['efi', 'grub']);
    expect(existsSync(join(root, 'haos/data/kept'))).toBe(true);
    expect(existsSync(join(root, 'haos/system/config.yaml'))).toBe(true);
    expect(existsSync(join(directory, 'outside'))).toBe(true);
    expect(existsSync(marker)).toBe(false);
  });

  it('powers off unless a restart was requested', () => {
    writeFileSync(marker, MARKER.replace('reboot', 'poweroff'));

    expect(boot()).toBe('powers off -f');
  });

  it('continues at the next boot after an interruption', () => {
    expect(boot('delete_foreign() { rm -r "$1/usr"; echo cut; exit; }')).toBe('cut');
    expect(existsSync(marker)).toBe(true);
    expect(existsSync(join(root, 'boot/grub/grub.cfg'))).toBe(true);

    expect(boot()).toBe('reboots -f');
    expect(readdirSync(root).sort()).toEqual(['boot', 'haos']);
  });

  it.each([
    ['of another file system', 'find_device() { echo /dev/vdb1; }', MARKER],
    ['of a file system that is not there', 'find_device() { return 1; }', MARKER],
    ['without a name', '', MARKER.replace(/^uuid.*\n/m, '')],
    ['of another kind', '', MARKER.replace('takeover 1', 'takeover 2')],
    ['that is empty', '', ''],
  ])('deletes nothing because of a marker %s', (_title, before, text) => {
    writeFileSync(marker, text);

    expect(boot(before)).toBe('boots');
    expect(readdirSync(root)).toContain('etc');
    expect(readdirSync(join(root, 'boot'))).toContain('vmlinuz');
  });

  it('deletes nothing without a marker', () => {
    rmSync(marker);

    expect(boot()).toBe('boots');
    expect(readdirSync(root)).toContain('etc');
  });
});
