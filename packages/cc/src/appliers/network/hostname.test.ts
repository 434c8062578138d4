import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { layout } from '@haos/system';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { hostname, isHostname } from './hostname.js';

const HOSTS = '127.0.0.1 localhost\n10.0.0.5 registry\n';

describe('hostname', () => {
  it('sets the configured name everywhere and keeps it', async () => {
    const host = hostWith({ tree: { '/etc/hosts': { content: HOSTS, mode: 0o600 } } });

    const { first, second } = await runTwice(hostname, { hostname: 'node.example.com' }, { host });

    expect(first.failures).toEqual([]);
    expect(second.changes).toEqual([]);
    expect(host.kernel.hostname()).toBe('node.example.com');
    expect(host.files.readText('/etc/hostname')).toBe('node.example.com\n');
    expect(host.files.readText('/etc/hosts')).toContain(
      '127.0.1.1\tnode.example.com node\n10.0.0.5 registry',
    );
    expect(host.files.stat('/etc/hosts')?.mode).toBe(0o644);
    expect(host.files.readText(layout.keptHostname)).toBe('node.example.com\n');
  });

  it.each(['initrd', 'boot'] as const)('does not keep the name in the %s phase', async (phase) => {
    const host = hostWith();

    await runApplier(hostname, { hostname: 'node' }, { host, phase });

    expect(host.kernel.hostname()).toBe('node');
    expect(host.files.stat(layout.keptHostname)).toBeUndefined();
  });

  it('uses the kept name if none is configured, whatever DHCP says', async () => {
    const host = hostWith({ tree: { [layout.keptHostname]: 'kept\n' }, hostname: 'from-dhcp' });

    await runApplier(hostname, {}, { host });

    expect(host.kernel.hostname()).toBe('kept');
  });

  it('keeps the name from DHCP if there is no other', async () => {
    const host = hostWith({ hostname: 'from-dhcp' });

    const { second } = await runTwice(hostname, {}, { host });

    expect(host.files.readText(layout.keptHostname)).toBe('from-dhcp\n');
    expect(host.files.readText('/etc/hostname')).toBe('from-dhcp\n');
    expect(second.changes).toEqual([]);
  });

  it('does not take the name from the kernel before the runtime phase', async () => {
    const host = hostWith({ hostname: 'early' });

    expect((await runApplier(hostname, {}, { host, phase: 'boot' })).operations).toEqual([]);
  });

  it.each(['localhost', '(none)', '', 'localhost.localdomain'])(
    'does nothing if the kernel reports %j',
    async (name) => {
      const host = hostWith({ hostname: name });

      const run = await runApplier(hostname, {}, { host });

      expect(run).toMatchObject({ operations: [], failures: [], notes: [] });
    },
  );

  it('says that k3s registers a new node when a kept name changes', async () => {
    const host = hostWith({ tree: { [layout.keptHostname]: 'old\n' } });

    const { first, second } = await runTwice(hostname, { hostname: 'new' }, { host });

    expect(first.notes).toHaveLength(1);
    expect(second.notes).toEqual([]);
  });

  it('reports an invalid name, and uses the kept one', async () => {
    const host = hostWith({ tree: { [layout.keptHostname]: 'kept\n' } });

    const run = await runApplier(hostname, { hostname: 'not_a_name' }, { host });

    expect(run.failures).toEqual(['HAOS_CC_HOSTNAME']);
    expect(host.kernel.hostname()).toBe('kept');
  });

  it('leaves files alone that write_files writes', async () => {
    const host = hostWith({ tree: { '/etc/hosts': HOSTS } });
    const config = { hostname: 'node', writeFiles: [{ path: '/etc/hosts' }, { path: '/etc/hostname' }] };

    await runApplier(hostname, config, { host });

    expect(host.files.readText('/etc/hosts')).toBe(HOSTS);
    expect(host.files.stat('/etc/hostname')).toBeUndefined();
    expect(host.kernel.hostname()).toBe('node');
  });

  it('plans without writing', async () => {
    const host = hostWith({ kind: 'plan' });
    const before = host.tree();

    const { first, second } = await runTwice(hostname, { hostname: 'node' }, { host });

    expect(first.changes.length).toBeGreaterThan(0);
    expect(second.changes).toEqual([]);
    expect(host.tree()).toEqual(before);
  });
});

describe('isHostname', () => {
  it.each(['a', 'node-1', 'NODE.example.com', '9', 'a'.repeat(63)])('accepts %s', (name) => {
    expect(isHostname(name)).toBe(true);
  });

  it.each(['', '-a', 'a-', 'a..b', 'a.', 'a_b', 'a b', 'a\n', 'é', 'a'.repeat(64), `${'a'.repeat(63)}.b`])(
    'refuses %j',
    (name) => {
      expect(isHostname(name)).toBe(false);
    },
  );
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
