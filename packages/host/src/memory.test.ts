import { describe, expect, it } from 'vitest';
import { memoryHost } from './memory.js';
import { planHost } from './plan.js';

describe('memoryHost', () => {
  it('has the files that it was given, and records none of them', () => {
    const host = memoryHost({ '/etc/motd': 'welcome\n', '/bin/tool': Uint8Array.of(0, 1) });

    expect(host.files.readText('/etc/motd')).toBe('welcome\n');
    expect(host.files.read('/bin/tool')).toEqual(Uint8Array.of(0, 1));
    expect(host.files.stat('/etc/motd')).toEqual({ type: 'file', mode: 0o644, size: 8, uid: 0, gid: 0 });
    expect(host.files.list('/')).toEqual(['bin', 'etc']);
    expect(host.files.stat('/etc/none')).toBeUndefined();
    expect(() => host.files.read('/etc/none')).toThrow(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }),
    );
    expect(host.operations).toEqual([]);
  });

  it('changes its files', async () => {
    const host = memoryHost();

    expect(host.files.write('/etc/hostname', 'a\n', { mode: 0o600 })).toBe(true);
    expect(host.files.write('/etc/hostname', 'a\n', { mode: 0o600 })).toBe(false);
    expect(host.files.link('/etc/name', 'hostname')).toBe(true);
    expect(host.files.readText('/etc/name')).toBe('a\n');
    expect(await host.files.digest('/etc/name')).toMatch(/^87428fc5/);
    expect(host.files.remove('/etc')).toBe(true);
    expect(host.files.list('/')).toEqual([]);
    expect(host.operations.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'make-directory done',
      'write-file done',
      'link done',
      'remove done',
    ]);
  });

  it('runs, loads and downloads nothing', async () => {
    const host = memoryHost();

    expect(await host.run('reboot', [])).toMatchObject({ deferred: true });
    expect(await host.kernel.loadModule('kvm', [])).toBe(false);
    await expect(host.fetch('https://example.com/a')).rejects.toMatchObject({ code: 'HAOS_HTTP_FAILED' });
    expect(host.operations.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'run deferred',
      'load-module deferred',
    ]);
  });

  it('is a base for plans', () => {
    const base = memoryHost({ '/etc/motd': 'welcome\n' });
    const plan = planHost(base);

    expect(plan.files.write('/etc/motd', 'new\n')).toBe(true);
    expect(base.files.readText('/etc/motd')).toBe('welcome\n');
  });

  it('refuses relative paths', () => {
    expect(() => memoryHost({ 'etc/motd': '' })).toThrow(expect.objectContaining({ code: 'HAOS_FILE_PATH' }));
  });
});
