import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GO_MENU, GO_SET, GO_STATE, writeGoNode } from './go-node.js';
import { createLoopDisk, ENVIRONMENT, type LoopDisk, must, writeImage } from './loop-disk.js';

const HAOS = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));

describe('a node of the Go implementation', () => {
  let directory: string;
  let disk: LoopDisk;
  /** Its file system. */
  let state: string;
  /**
   * The node as a container sees it: the Go implementation shows /boot and /haos/system of the
   * disk, the latter read-only.
   */
  let node: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-migration-'));
    disk = createLoopDisk(directory, 64);
    must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', disk.device);
    [state = '', node = ''] = ['state', 'host'].map((name) => join(directory, name));
    mkdirSync(state);
    must('mount', disk.device, state);
    writeGoNode(state);
    for (const path of ['boot', 'haos/system']) {
      mkdirSync(join(node, path), { recursive: true });
      must('mount', '--bind', join(state, path), join(node, path));
    }
    must('mount', '-o', 'remount,bind,ro', join(node, 'haos/system'));
    writeImage(join(directory, 'release'));
  });
  afterEach(() => {
    for (const path of [join(node, 'boot'), join(node, 'haos/system'), state]) must('umount', path);
    disk.release();
    rmSync(directory, { recursive: true });
  });

  /** Upgrades as the Plans for the upgrade controller do, except that nothing restarts. */
  function upgrade(...more: string[]) {
    const source = ['--source', join(directory, 'release'), '--lock-file', join(directory, 'lock')];
    const how = ['--kernel', '--rootfs', '--remount', '--sync', ...more];
    const args = [HAOS, 'upgrade', ...how, ...source, '--destination', join(node, 'haos/system')];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: ENVIRONMENT,
    });
    return { status, stdout, stderr };
  }

  const linksOf = (slot: string) =>
    ['haos', 'k3s', 'kernel'].map((name) => readlinkSync(join(state, 'haos/system', name, slot)));

  it('gets slots, a trial and a menu that counts, and keeps everything else', () => {
    expect(upgrade()).toMatchObject({ status: 0 });

    expect(linksOf('current')).toEqual(['v1.0.0', GO_SET.k3s, '6.1.0-v1.0.0']);
    expect(linksOf('previous')).toEqual(Object.values(GO_SET));
    expect(must('grub-editenv', join(state, 'haos/system/grubenv'), 'list')).toContain(
      `haos_trial=v1.0.0/${GO_SET.k3s}/6.1.0-v1.0.0`,
    );
    const menu = join(state, 'boot/grub/grub.cfg');
    must('grub-script-check', menu);
    const uuid = must('blkid', '-p', '-s', 'UUID', '-o', 'value', disk.device);
    const words = `console=tty1 console=ttyS0 mitigations=off haos.state=UUID=${uuid} haos.slot=current $trial\n`;
    expect(readFileSync(menu, 'utf8')).toContain(`linux $system/kernel/current/vmlinuz ${words}`);
    expect(readFileSync(`${menu}.before-haos`, 'utf8')).toBe(GO_MENU);
    for (const [path, content] of Object.entries(GO_STATE))
      expect(readFileSync(join(state, path), 'utf8')).toBe(content);
    expect(readlinkSync(join(state, 'sbin/init'))).toBe('../haos/system/haos/current/haos');
  });

  it('does not change in a check', () => {
    const before = readdirSync(state, { recursive: true }).sort();

    const { status, stdout } = upgrade('--check', '--format', 'json');

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'checked', from: GO_SET, to: { haos: 'v1.0.0' } });
    expect(readdirSync(state, { recursive: true }).sort()).toEqual(before);
    expect(readFileSync(join(state, 'boot/grub/grub.cfg'), 'utf8')).toBe(GO_MENU);
  });
});
