import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../overlay/initrd/lib/haos/adopt.sh', import.meta.url));

describe('a state partition that was made by hand', () => {
  let directory: string;
  let system: string;
  let medium: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-adopt-'));
    system = join(directory, 'state/haos/system');
    medium = join(directory, 'medium');
    mkdirSync(system, { recursive: true });
    for (const [path, content] of [
      ['haos/v2/rootfs.squashfs', 'root'],
      ['k3s/v1.30/k3s', 'k3s'],
      ['kernel/6.1-v2/vmlinuz', 'kernel'],
      ['config.yaml', 'hostname: of-the-medium\n'],
    ] as const)
      write(join(medium, 'haos/system', path), content);
    for (const [component, version] of [
      ['haos', 'v2'],
      ['k3s', 'v1.30'],
      ['kernel', '6.1-v2'],
    ] as const)
      symlinkSync(version, join(medium, 'haos/system', component, 'current'));
    mkdirSync(join(directory, 'mounted'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  function write(path: string, content: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /** `before` is shell code that replaces functions that the script calls. */
  function adopt(before = '') {
    const stubs = `say() { :; }; sync() { :; }; umount() { :; }; refuse() { reason=$1; return 1; }
      has_system() { false; }; mount_medium() { ln -s '${medium}/haos' "$1/haos"; }; set -f`;
    const code = readFileSync(script, 'utf8').replaceAll('/medium', join(directory, 'mounted'));
    const call = `adopt_system '${join(directory, 'state')}' && echo adopted || echo "refused: $reason"`;
    const { stdout } = spawnSync('sh', ['-c', `${stubs}\n${code}\n${before}\n${call}`], { encoding: 'utf8' });
    return stdout.trim().split('\n').at(-1);
  }

  const links = () => ['haos', 'k3s', 'kernel'].map((name) => readlinkSync(join(system, name, 'current')));

  it('gets the system and the configuration of the medium', () => {
    expect(adopt()).toBe('adopted');

    expect(links()).toEqual(['v2', 'v1.30', '6.1-v2']);
    expect(readFileSync(join(system, 'haos/current/rootfs.squashfs'), 'utf8')).toBe('root');
    expect(readFileSync(join(system, 'config.yaml'), 'utf8')).toBe('hostname: of-the-medium\n');
    expect(readdirSync(join(system, 'haos')).sort()).toEqual(['current', 'v2']);
  });

  it('keeps the configuration that was put there', () => {
    write(join(system, 'config.yaml'), 'hostname: mine\n');

    expect(adopt()).toBe('adopted');
    expect(readFileSync(join(system, 'config.yaml'), 'utf8')).toBe('hostname: mine\n');
  });

  it('stays unchanged if it has a system', () => {
    write(join(system, 'haos/v1/rootfs.squashfs'), 'old');
    symlinkSync('v1', join(system, 'haos/current'));

    expect(adopt('mount_medium() { echo touched; exit; }')).toBe('adopted');
    expect(readdirSync(system)).toEqual(['haos']);
  });

  it('gets it at the next boot after a power cut, also from another medium', () => {
    write(join(system, 'kernel/.new-6.1-v2/vmlinuz'), 'half');
    write(join(system, 'kernel/6.1-v1/vmlinuz'), 'of another');
    symlinkSync('6.1-v1', join(system, 'kernel/current'));

    expect(adopt()).toBe('adopted');
    expect(links()).toEqual(['v2', 'v1.30', '6.1-v2']);
    expect(readFileSync(join(system, 'kernel/current/vmlinuz'), 'utf8')).toBe('kernel');
  });

  it('is refused without a medium', () => {
    const none = "mount_medium() { reason='no medium with a system appeared'; return 1; }";

    expect(adopt(none)).toBe(
      'refused: the state partition has no system, and no medium with a system appeared',
    );
  });

  it('gets no system if it is too small', () => {
    const full = 'cp() { case $3 in *haos*) return 1 ;; esac; command cp "$@"; }';

    expect(adopt(full)).toMatch(/^refused: .*large enough/);
    expect(existsSync(join(system, 'haos/current'))).toBe(false);
  });
});
