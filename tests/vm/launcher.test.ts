import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTIFACTS } from './paths.js';

const LAUNCHER = '/haos/system/haos/current/haos';

/** No machine: the files of a release are all that there is in a root, as in a container made of them. */
describe('the launcher in a root that holds only a release', () => {
  const root = mkdtempSync(join(tmpdir(), 'haos-launcher-'));

  beforeAll(() => {
    chmodSync(root, 0o755); // for anybody
    const archive = join(ARTIFACTS, 'haos-rootfs-amd64.tar.gz');
    execFileSync('tar', ['--extract', `--file=${archive}`, '--strip-components=1', `--directory=${root}`]);
  }, 120_000);

  afterAll(() => rmSync(root, { recursive: true }));

  /** In mounts of its own, with the root as a mount, as a container's is. */
  function launch(user: string, args: readonly string[]) {
    const script = 'mount --bind "$0" "$0" && cd "$0" && exec chroot "$@"';
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, root, `--userspec=${user}`, '.', LAUNCHER, ...args],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  it('tells its version to anybody', () => {
    expect(launch('65534:65534', ['--version'])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^haos \d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it('refuses everything else to others than root', () => {
    expect(launch('65534:65534', ['upgrade', 'status'])).toMatchObject({ status: 5, stdout: '' });
  });

  it('runs commands with the programs of its image, on the files that are there', () => {
    mkdirSync(join(root, 'host'));

    const { status, stdout } = launch('0:0', ['upgrade', 'status', '--format', 'json']);

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ slots: { current: { haos: expect.stringMatching(/^v/) } } });
    expect(launch('0:0', ['upgrade', '--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(launch('0:0', ['upgrade', '--source', '/host'])).toMatchObject({ status: 5 });
  });

  it('leaves nothing mounted', () => {
    expect(readdirSync(join(root, 'run/haos/root'))).toEqual([]);
    expect(execFileSync('losetup', ['--list', '--noheadings'], { encoding: 'utf8' })).not.toContain(root);
  });
});
