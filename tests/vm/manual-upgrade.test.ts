import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBootState } from '@haos/system/internal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeImage } from '../loop/loop-disk.js';
import { ARTIFACTS } from './paths.js';

const SCRIPTS = '/usr/share/rancher/k3os/scripts';

/** Enters the root image with a node's system directory, in mounts that end with the process. */
const ENTER = `
cd "$0"
mount -t tmpfs root root
mkdir -p root/usr root/proc root/dev root/run root/tmp root/var root/etc root/haos/system root/release
for name in bin sbin lib lib64; do ln -s usr/$name root/$name; done
mount -t squashfs -o loop,ro image/haos/system/haos/current/rootfs.squashfs root/usr
mount -t proc proc root/proc
mount --bind /dev root/dev
mount --bind node root/haos/system
mount --bind release root/release
exec chroot root "$@"
`;

/** Needs no machine: the scripts run in the root image. */
describe('the manual upgrade scripts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-manual-'));
  const node = join(directory, 'node');

  beforeAll(() => {
    for (const name of ['root', 'image', 'release']) mkdirSync(join(directory, name));
    const archive = join(ARTIFACTS, 'haos-rootfs-amd64.tar.gz');
    const where = ['--strip-components=1', `--directory=${join(directory, 'image')}`];
    execFileSync('tar', ['--extract', `--file=${archive}`, ...where, '--wildcards', '*/haos/system']);
    writeImage(join(directory, 'release'), 'v1.1.0');
  });
  beforeEach(() => {
    rmSync(node, { recursive: true, force: true });
    writeImage(node);
    writeFileSync(join(node, 'grubenv'), formatBootState({ slot: 'current' }));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function run(script: string) {
    const { status, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-e', '-c', ENTER, directory, `${SCRIPTS}/${script}`],
      {
        encoding: 'utf8',
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HAOS_VERSION: '/release' },
      },
    );
    return { status, stderr };
  }

  const linksOf = (slot: string) => ['haos', 'kernel'].map((name) => readlinkSync(join(node, name, slot)));

  it('upgrade haos and the kernel, one after the other, and the running set stays the previous one', () => {
    expect(run('k3os-upgrade-rootfs')).toMatchObject({ status: 0 });
    expect(linksOf('current')).toEqual(['v1.1.0', '6.1.0-v1.0.0']);

    expect(run('k3os-upgrade-kernel')).toMatchObject({ status: 0 });
    expect(linksOf('current')).toEqual(['v1.1.0', '6.1.0-v1.1.0']);
    expect(linksOf('previous')).toEqual(['v1.0.0', '6.1.0-v1.0.0']);
  });

  it('do not change the kernel of another system', () => {
    rmSync(join(node, 'kernel'), { recursive: true });

    expect(run('k3os-upgrade-kernel')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('warning'),
    });
    expect(readlinkSync(join(node, 'haos/current'))).toBe('v1.0.0');
  });
});
