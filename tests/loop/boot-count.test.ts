import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BootState,
  formatBootState,
  nextBootState,
  parseBootState,
  renderGrubConfig,
} from '@haos/system/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage, writeUdevadm } from './loop-disk.js';

/** GRUB itself runs in an emulated machine. */
const QEMU = 'qemu-system-x86_64';

/** Milliseconds for GRUB to start, without KVM and beside other tests. */
const LIMIT = 90_000;

describe('the menu of GRUB', () => {
  let directory: string;
  let disk: LoopDisk;
  let partition: string;

  /**
   * A disk that GRUB boots, with invalid kernels: GRUB prints which entry it chose, and then that
   * it cannot load it.
   */
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-boot-count-'));
    disk = createLoopDisk(directory, 64);
    must('dd', 'if=/dev/zero', `of=${disk.device}`, 'bs=1M', 'count=1', 'status=none');
    spawnSync('sfdisk', ['--quiet', disk.device], {
      input: 'label: dos\nstart=1MiB, type=83, bootable\n',
      env: ENVIRONMENT,
    });
    must('partx', '--update', disk.device);
    partition = `${disk.device}p1`;
    must('mkfs.ext4', '-q', '-F', '-O', '^metadata_csum_seed', partition);
    const uuid = must('blkid', '-p', '-s', 'UUID', '-o', 'value', partition);
    withState((root) => {
      const system = join(root, 'haos/system');
      writeImage(system);
      symlinkSync('6.1.0-v1.0.0', join(system, 'kernel/previous'));
      mkdirSync(join(root, 'boot/grub'), { recursive: true });
      const serial = { unit: 0, speed: 115_200 };
      writeFileSync(
        join(root, 'boot/grub/grub.cfg'),
        renderGrubConfig({ stateUuid: uuid, timeout: 0, serial }),
      );
      writeFileSync(join(root, 'boot/grub/device.map'), `(hd0) ${disk.device}\n`);
      const PATH = `${ENVIRONMENT.PATH}:${writeUdevadm(directory)}`;
      const args = [
        '--target=i386-pc',
        `--boot-directory=${root}/boot`,
        '--locales=',
        '--fonts=',
        disk.device,
      ];
      expect(spawnSync('grub-install', args, { env: { ...ENVIRONMENT, PATH } }).status).toBe(0);
    });
  });
  afterAll(() => {
    disk.release();
    rmSync(directory, { recursive: true });
  });

  function withState<T>(work: (root: string) => T): T {
    const root = mkdtempSync(join(directory, 'state-'));
    must('mount', partition, root);
    try {
      return work(root);
    } finally {
      must('umount', root);
    }
  }

  /**
   * Starts GRUB with this state; resolves to the entry that it chose and the state that it left.
   */
  async function boot(state: BootState): Promise<{ entry: string | undefined; after: BootState }> {
    const path = (root: string) => join(root, 'haos/system/grubenv');
    withState((root) => writeFileSync(path(root), formatBootState(state)));
    must('sync', disk.file);
    const drive = `file=${disk.file},format=raw,if=virtio,cache=unsafe`;
    const machine = spawn(
      QEMU,
      ['-accel', 'tcg', '-m', '64', '-drive', drive, '-display', 'none', '-serial', 'stdio'],
      {
        env: ENVIRONMENT,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const printed = await readUntil(machine, /Booting `[^']*'[\s\S]*error:/);
    // The machine wrote to the file, bypassing the loop device.
    must('blockdev', '--flushbufs', disk.device);
    const after = withState((root) => parseBootState(readFileSync(path(root))));
    return { entry: /Booting `([^']*)'/.exec(printed)?.[1], after };
  }

  function readUntil(machine: ChildProcess, pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      let printed = '';
      const timer = setTimeout(() => machine.kill('SIGKILL'), LIMIT);
      machine.stdout?.on('data', (chunk) => {
        printed += String(chunk);
        if (pattern.test(printed)) machine.kill('SIGKILL');
      });
      machine.once('error', reject);
      machine.once('close', () => {
        clearTimeout(timer);
        resolve(printed);
      });
    });
  }

  it.each<[title: string, state: BootState, entry: string]>([
    ['boots the current set', { slot: 'current', good: 'v1' }, 'HAOS Current'],
    ['counts the first boot of a trial', { slot: 'current', trial: 'v2', tries: 2 }, 'HAOS Current'],
    [
      'counts the second boot of a trial',
      { slot: 'current', trial: 'v2', tries: 1, failed: 'v0' },
      'HAOS Current',
    ],
    [
      'chooses the previous set after the last try',
      { slot: 'current', good: 'v1', trial: 'v2', tries: 0 },
      'HAOS Previous',
    ],
    ['keeps choosing it', { slot: 'previous', failed: 'v2' }, 'HAOS Previous'],
  ])(
    '%s, as nextBootState says',
    async (_title, state, entry) => {
      const result = await boot(state);

      const menu = nextBootState(state, { kind: 'menu' });
      const after = menu.slot === 'current' ? nextBootState(menu, { kind: 'boot' }) : menu;
      expect(result).toEqual({ entry, after });
    },
    LIMIT * 2,
  );

  it(
    'tries the current set again if there is no previous one to fall back to',
    async () => {
      const move = (from: string, to: string) =>
        withState((root) =>
          renameSync(join(root, 'haos/system/kernel', from), join(root, 'haos/system/kernel', to)),
        );
      const state: BootState = { slot: 'current', trial: 'v2', tries: 0 };
      move('previous', 'away');

      expect(await boot(state)).toEqual({ entry: 'HAOS Current', after: state });

      move('away', 'previous');
    },
    LIMIT * 2,
  );
});
