import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBootState, parseBootState } from '@haos/system/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTIFACTS } from './paths.js';

const LAUNCHER = '/haos/system/haos/current/haos';
/** The root has no other shell. */
const FIRST_PROCESS = '#!/haos/system/haos/current/busybox sh\necho "the system before, process $$"\n';

/**
 * Needs no machine: the root contains only the files of a release, as in a container made from
 * them.
 */
describe('the launcher in a root that holds only a release, and the first process that it replaced', () => {
  const root = mkdtempSync(join(tmpdir(), 'haos-launcher-'));

  beforeAll(() => {
    chmodSync(root, 0o755); // for all users
    mkdirSync(join(root, 'sbin'));
    writeFileSync(join(root, 'sbin/init'), FIRST_PROCESS, { mode: 0o755 });
    const archive = join(ARTIFACTS, 'haos-rootfs-amd64.tar.gz');
    execFileSync('tar', ['--extract', `--file=${archive}`, '--strip-components=1', `--directory=${root}`]);
  });

  afterAll(() => rmSync(root, { recursive: true }));

  /** Runs in a separate mount namespace, with the root as a mount, like a container's. */
  function launch(user: string, args: readonly string[]) {
    const script = 'mount --bind "$0" "$0" && cd "$0" && exec chroot "$@"';
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, root, `--userspec=${user}`, '.', LAUNCHER, ...args],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  it('prints its version for any user', () => {
    expect(launch('65534:65534', ['--version'])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^haos \d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it('refuses everything else to users other than root', () => {
    expect(launch('65534:65534', ['upgrade', 'status'])).toMatchObject({ status: 5, stdout: '' });
    const { status, stdout } = launch('65534:65534', ['upgrade', 'status', '--format', 'json']);
    expect([status, JSON.parse(stdout).error.code]).toEqual([5, 'HAOS_NOT_ROOT']);
  });

  it('runs commands with the programs of its image, on the existing files', () => {
    mkdirSync(join(root, 'host'));

    const { status, stdout } = launch('0:0', ['upgrade', 'status', '--format', 'json']);

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ slots: { current: { haos: expect.stringMatching(/^v/) } } });
    expect(launch('0:0', ['upgrade', '--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(launch('0:0', ['upgrade', '--source', '/host'])).toMatchObject({ status: 5 });
  });

  describe('as the first process, when the kernel cannot read the image', () => {
    const image = join(root, 'haos/system/haos/current/rootfs.squashfs');
    const kept = join(root, 'sbin/init.before-haos');

    beforeAll(() => {
      renameSync(image, `${image}.good`);
      writeFileSync(image, 'not an image');
    });

    afterAll(() => renameSync(`${image}.good`, image));

    it('starts the previous one', () => {
      expect(boot()).toMatchObject({ status: 0, stdout: 'the system before, process 1\n' });
    });

    it('starts a shell if the previous one is itself', () => {
      rmSync(kept);
      symlinkSync(LAUNCHER, kept);

      expect(boot()).toMatchObject({ status: 0, stdout: 'a shell, process 1\n' });
    });
  });

  describe('as the first process, where the boot loader does not count', () => {
    const block = join(root, 'haos/system/grubenv');
    const panic = readFileSync('/proc/sys/kernel/panic');

    beforeAll(() => {
      const tree = join(root, 'tree/lib/haos/boot');
      mkdirSync(tree, { recursive: true });
      writeFileSync(join(tree, 'common.sh'), '# reads /run/haos/words\n');
      writeFileSync(join(tree, 'local.sh'), 'enter_local() { echo "starts with $words"; }\n');
      writeVersion('v2.0.0', 'current');
      writeVersion('v1.0.0', 'previous');
      writeFileSync(block, formatBootState({ slot: 'current', trial: 'v2.0.0/-/-', tries: 2 }));
    });

    // The launcher sets it for the trial, and it belongs to this machine.
    afterAll(() => writeFileSync('/proc/sys/kernel/panic', panic));

    /** A version whose image only prints what it is started with. */
    function writeVersion(version: string, slot: string) {
      const directory = join(root, 'haos/system/haos', version);
      cpSync(join(root, 'haos/system/haos/current'), directory, { recursive: true, dereference: true });
      const image = join(directory, 'rootfs.squashfs');
      execFileSync('mksquashfs', [join(root, 'tree'), image, '-noappend', '-quiet'], { stdio: 'ignore' });
      rmSync(join(root, 'haos/system/haos', slot), { force: true });
      symlinkSync(version, join(root, 'haos/system/haos', slot));
    }

    const readState = () => parseBootState(readFileSync(block));

    it('counts a boot of a version on trial before it starts it', () => {
      expect(boot().stdout).toBe('starts with haos.slot=current haos.trial\n');
      expect(readState()).toEqual({ slot: 'current', trial: 'v2.0.0/-/-', tries: 1 });
    });

    it('restarts the machine if the image of that version cannot be mounted', () => {
      writeFileSync(join(root, 'haos/system/haos/v2.0.0/rootfs.squashfs'), 'not an image');

      // So the kernel answers a restart in a process namespace: reboot(2).
      expect(boot()).toMatchObject({ signal: 'SIGHUP' });
      expect(readState()).toEqual({ slot: 'current', trial: 'v2.0.0/-/-', tries: 0 });
    });

    it('then starts the previous version from its own image, and stays there', () => {
      const expected = { slot: 'previous', failed: 'v2.0.0/-/-' };

      for (let count = 0; count < 2; count += 1) {
        expect(boot().stdout).toBe('starts with haos.slot=previous\n');
        expect(readState()).toEqual(expected);
      }
    });
  });

  /** Runs in a separate process namespace, too, as its first process. */
  function boot() {
    const script = 'mount --bind "$0" "$0" && cd "$0" && exec chroot . /sbin/init';
    const args = ['--mount', '--pid', '--fork', 'sh', '-c', script, root];
    return spawnSync('unshare', args, { encoding: 'utf8', input: 'echo "a shell, process $$"\n' });
  }

  it('leaves nothing mounted', () => {
    expect(readdirSync(join(root, 'run/haos/root'))).toEqual([]);
    expect(execFileSync('losetup', ['--list', '--noheadings'], { encoding: 'utf8' })).not.toContain(root);
  });
});
