import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HaosError } from '../errors.js';
import type { Effect, HostKernel } from '../types.js';
import { createKernel } from './kernel.js';

/** A directory that looks like a kernel, apart from effects of writing to a real one. */
let root: string;
let recorded: Effect[];
let commands: string[];
let kernel: HostKernel;

function put(path: string, content: string): void {
  fs.mkdirSync(join(root, path, '..'), { recursive: true });
  fs.writeFileSync(join(root, path), content);
}

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'haos-kernel-'));
  recorded = [];
  commands = [];
  put('proc/sys/kernel/hostname', 'before\n');
  put('proc/sys/kernel/osrelease', '6.1.0-test\n');
  put('proc/sys/kernel/printk', '4\t4\t1\t7\n');
  put('sys/module/br_netfilter/initstate', 'live\n');
  put(
    'lib/modules/6.1.0-test/modules.builtin',
    'kernel/fs/ext4/ext4.ko\nkernel/net/8021q/8021q.ko\nkernel/x/a-b.ko\n',
  );
  kernel = createKernel({
    root,
    record: (effect) => recorded.push(effect),
    run: async (command, args) => {
      commands.push([command, ...args].join(' '));
      if (args[1] === 'broken') throw new HaosError('HAOS_COMMAND_FAILED', 'modprobe failed');
      return { exitCode: 0, stdout: '', stderr: '', deferred: false };
    },
  });
});
afterEach(() => fs.rmSync(root, { recursive: true }));

describe('the running kernel', () => {
  it('sets a host name only once', () => {
    expect(kernel.setHostname('node-1')).toBe(true);
    expect(kernel.setHostname('node-1')).toBe(false);

    expect(kernel.hostname()).toBe('node-1');
    expect(recorded).toEqual([{ kind: 'set-hostname', name: 'node-1', before: 'before' }]);
  });

  it.each(['', 'a b', '-x', 'a/b', 'a\nb', 'x'.repeat(65)])('rejects the host name %j', (name) => {
    expect(() => kernel.setHostname(name)).toThrowError(
      expect.objectContaining({ code: 'HAOS_KERNEL_HOSTNAME' }),
    );
    expect(kernel.hostname()).toBe('before');
  });

  it('writes a setting only once, whatever separates its fields', () => {
    expect(kernel.setSysctl('kernel.printk', '4 4 1 7')).toBe(false);
    expect(kernel.setSysctl('kernel.printk', '3 4 1 7')).toBe(true);
    expect(kernel.setSysctl('kernel/printk', '3\t4\t1\t7')).toBe(false);

    expect(fs.readFileSync(join(root, 'proc/sys/kernel/printk'), 'utf8')).toBe('3 4 1 7\n');
    expect(recorded).toEqual([
      { kind: 'set-sysctl', key: 'kernel.printk', value: '3 4 1 7', before: '4\t4\t1\t7' },
    ]);
  });

  it('rejects settings that do not exist, and creates no files for them', () => {
    expect(kernel.sysctl('kernel.nothing')).toBeUndefined();
    expect(() => kernel.setSysctl('kernel.nothing', '1')).toThrowError(
      expect.objectContaining({ code: 'HAOS_KERNEL_SYSCTL' }),
    );
    expect(fs.existsSync(join(root, 'proc/sys/kernel/nothing'))).toBe(false);
    expect(recorded).toEqual([]);
  });

  it('knows loaded and built-in modules, with dashes and with underscores', () => {
    for (const name of ['br_netfilter', 'br-netfilter', 'ext4', '8021q', 'a_b', 'a-b']) {
      expect([name, kernel.hasModule(name)]).toEqual([name, true]);
    }
    for (const name of ['wireguard', '..', '', 'br_netfilter/initstate', 'kernel']) {
      expect([name, kernel.hasModule(name)]).toEqual([name, false]);
    }
  });

  it('loads only modules that are missing', async () => {
    expect(await kernel.loadModule('br_netfilter', [])).toBe(false);
    expect(await kernel.loadModule('ext4', [])).toBe(false);
    expect(await kernel.loadModule('nbd', ['nbds_max=4'])).toBe(true);

    expect(commands).toEqual(['modprobe --ignore-install nbd nbds_max=4']);
    expect(recorded).toEqual([{ kind: 'load-module', name: 'nbd', parameters: ['nbds_max=4'] }]);
  });

  it('names the module that cannot be loaded', async () => {
    await expect(kernel.loadModule('broken', [])).rejects.toMatchObject({
      code: 'HAOS_KERNEL_MODULE',
      cause: { code: 'HAOS_COMMAND_FAILED' },
    });
    await expect(kernel.loadModule('--remove', [])).rejects.toMatchObject({ code: 'HAOS_KERNEL_MODULE' });
    await expect(kernel.loadModule('../x', [])).rejects.toMatchObject({ code: 'HAOS_KERNEL_MODULE' });
    expect(commands).toEqual(['modprobe --ignore-install broken']);
    expect(recorded).toEqual([]);
  });
});
