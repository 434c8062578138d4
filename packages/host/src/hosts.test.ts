import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from './clock.js';
import { liveHost } from './live.js';
import { planHost } from './plan.js';
import { rootedHost } from './rooted.js';
import { createTestHost, type TestHost } from './testing.js';
import type { Host } from './types.js';

/**
 * Triggers one of each effect that needs the running kernel; returns what each reported about
 * changes.
 */
async function touchKernel({ kernel }: Host): Promise<boolean[]> {
  return [
    kernel.setHostname('node-1'),
    kernel.setSysctl('kernel.printk', '3 4 1 7'),
    await kernel.loadModule('wireguard', ['a=1']),
  ];
}

const KERNEL_EFFECTS = [
  { kind: 'set-hostname', name: 'node-1' },
  { kind: 'set-sysctl', key: 'kernel.printk', value: '3 4 1 7' },
  { kind: 'load-module', name: 'wireguard', parameters: ['a=1'] },
];

const withStatus = (status: string) => KERNEL_EFFECTS.map((effect) => ({ ...effect, status }));

let test: TestHost;
let tree: TestHost;
beforeEach(() => {
  tree = createTestHost({ kind: 'rooted' });
  test = createTestHost({
    hostname: 'before',
    sysctls: { 'kernel.printk': '4 4 1 7' },
    commands: { tool: { stdout: 'looked\n' } },
  });
});
afterEach(() => {
  test.dispose();
  tree.dispose();
});

describe('the running machine', () => {
  it('runs commands, and records those that are not read-only', async () => {
    const host = liveHost();

    expect(await host.run('echo', ['hi'])).toMatchObject({ stdout: 'hi', deferred: false });
    await host.run('echo', ['looking'], { readOnly: true });
    await host.run('echo', ['sentinel'], { label: 'run_cmd[0]' });

    expect(host.operations).toEqual([
      { kind: 'run', command: 'echo', args: ['hi'], label: undefined, status: 'done' },
      { kind: 'run', command: 'echo', args: [], label: 'run_cmd[0]', status: 'done' },
    ]);
  });

  it('does not record a failed command', async () => {
    const host = liveHost();
    await host.run('false', []).catch(() => {});

    expect(host.operations).toEqual([]);
  });

  it('knows its kernel and reads its files', () => {
    const { kernel, files } = liveHost();

    expect(kernel.hostname()).toBe(files.readText('/proc/sys/kernel/hostname').trim());
    expect(kernel.sysctl('kernel.ostype')).toBe('Linux');
  });

  it('changes its kernel once', async () => {
    expect(await touchKernel(test)).toEqual([true, true, true]);
    expect(await touchKernel(test)).toEqual([false, false, false]);

    expect(test.operations).toMatchObject(withStatus('done'));
  });
});

describe('a directory tree', () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'haos-rooted-'));
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it('defers what needs the kernel, every time', async () => {
    const host = rootedHost(root);

    expect(await touchKernel(host)).toEqual([false, false, false]);
    expect(await host.run('reboot', ['now'])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
      deferred: true,
    });
    expect(await host.run('lsblk', [], { readOnly: true })).toMatchObject({ deferred: true });

    expect(host.operations).toMatchObject([
      ...withStatus('deferred'),
      { kind: 'run', command: 'reboot', args: ['now'], status: 'deferred' },
    ]);
    expect(host.kernel.hostname()).toBeUndefined();
    expect(host.kernel.sysctl('kernel.ostype')).toBeUndefined();
    expect(host.kernel.hasModule('ext4')).toBe(false);
  });

  it('is reached through a link and by a relative path', () => {
    const link = join(root, 'link');
    fs.mkdirSync(join(root, 'tree'));
    fs.symlinkSync('tree', link);

    rootedHost(link).files.write('/file', 'x');
    rootedHost(`${root}/./tree/../tree/`).files.write('/other', 'x');

    expect(fs.readdirSync(join(root, 'tree'))).toEqual(['file', 'other']);
  });

  it('shows what another program writes into it', () => {
    const { files } = rootedHost(root);
    fs.writeFileSync(join(root, 'late'), 'x');

    expect(files.readText('/late')).toBe('x');
  });
});

describe('a plan', () => {
  it('remembers the planned kernel changes', async () => {
    const plan = planHost(test);

    expect(await touchKernel(plan)).toEqual([true, true, true]);
    expect(await touchKernel(plan)).toEqual([false, false, false]);

    expect(plan.operations).toMatchObject(withStatus('planned'));
    expect(plan.operations).toMatchObject([{ before: 'before' }, { before: '4 4 1 7' }, {}]);
    expect(plan.kernel.hostname()).toBe('node-1');
    expect(plan.kernel.sysctl('kernel/printk')).toBe('3 4 1 7');
    expect(plan.kernel.hasModule('wireguard')).toBe(true);
    expect(test.operations).toEqual([]);
    expect(test.kernel.hostname()).toBe('before');
  });

  it('plans a setting that a module may add later', () => {
    const plan = planHost(test);

    expect(plan.kernel.setSysctl('net.bridge.bridge-nf-call-iptables', '1')).toBe(true);
    expect(plan.kernel.setSysctl('net.bridge.bridge-nf-call-iptables', '1')).toBe(false);
  });

  it('passes no change on to its base', () => {
    const plan = planHost(test);
    plan.kernel.setHostname('other');

    expect(plan.kernel.setHostname('before')).toBe(true);
    expect(plan.kernel.setHostname('before')).toBe(false);
  });

  it('runs only read-only commands', async () => {
    const plan = planHost(test);

    expect(await plan.run('tool', ['--list'], { readOnly: true })).toMatchObject({
      stdout: 'looked',
      deferred: false,
    });
    expect(await plan.run('unscripted', ['now'])).toMatchObject({ deferred: true });

    expect(plan.operations).toEqual([
      { kind: 'run', command: 'unscripted', args: ['now'], label: undefined, status: 'planned' },
    ]);
    expect(test.calls).toHaveLength(1);
  });

  it('never downloads, and does not show the secrets of a URL', async () => {
    const fetching = planHost(test).fetch('https://user:sentinel@example.com/?sentinel');

    await expect(fetching).rejects.toMatchObject({
      code: 'HAOS_HTTP_FAILED',
      message: expect.not.stringContaining('sentinel'),
    });
  });

  it('over a directory tree defers the same operations', async () => {
    const plan = planHost(planHost(tree));

    expect(await touchKernel(plan)).toEqual([false, false, false]);
    await plan.run('reboot', []);

    expect(plan.operations).toMatchObject([...withStatus('deferred'), { kind: 'run', status: 'deferred' }]);
  });

  it.each([
    ['a live host', () => planHost(test)],
    ['a directory tree', () => planHost(tree)],
  ])('over %s rejects values that no kernel accepts', async (_name, create) => {
    const { kernel } = create();

    expect(() => kernel.setHostname('a b')).toThrowError(
      expect.objectContaining({ code: 'HAOS_KERNEL_HOSTNAME' }),
    );
    expect(() => kernel.setSysctl('../x', '1')).toThrowError(
      expect.objectContaining({ code: 'HAOS_KERNEL_SYSCTL' }),
    );
    await expect(kernel.loadModule('-r', [])).rejects.toMatchObject({ code: 'HAOS_KERNEL_MODULE' });
  });
});

describe('the clock', () => {
  it('waits, and stops waiting when its signal aborts', async () => {
    const clock = createClock();
    const before = clock.now();
    const controller = new AbortController();
    const waiting = clock.sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));

    await expect(waiting).rejects.toThrow('enough');
    await expect(clock.sleep(60_000, controller.signal)).rejects.toThrow('enough');
    await clock.sleep(1);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });
});
