import { gzipSync } from 'node:zlib';
import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { deleteConfig, putConfig } from './put.js';
import { readConfig } from './read.js';

let host: TestHost;
afterEach(() => host.dispose());

function createHost(tree: TestHostOptions['tree']): TestHost {
  host = createTestHost({ tree: tree ?? {} });
  return host;
}

const D = '/var/lib/rancher/HAOS/config.d';

describe('readConfig', () => {
  it('lets later sources override earlier ones, config.d in byte order last', async () => {
    const token = (name: string) => `haos: {token: ${name}}\nrun_cmd: [${name}]\n`;
    const order: [string, string][] = [
      ['/haos/system/config.yaml', token('system')],
      ['/proc/cmdline', 'haos.token=cmdline run_cmd=cmdline'],
      ['/var/lib/rancher/HAOS/config.yaml', token('local')],
      ['/run/config/userdata', token('userdata')],
      [`${D}/10-b`, token('d10')],
      [`${D}/2.yaml`, token('d2')],
      [`${D}/9-a`, token('d9')],
    ];
    for (let count = 1; count <= order.length; count++) {
      const host = createHost(Object.fromEntries(order.slice(0, count)));
      const { config, issues } = await readConfig(host);
      const expected = /(?:token=|token: )(\w+)/.exec(order[count - 1]![1])![1];
      expect(issues).toEqual([]);
      expect(config).toEqual({ haos: { token: expected }, runCmd: [expected] });
      host.dispose();
    }
  });

  it('reads metadata between the local file and user data', async () => {
    const host = createHost({
      '/var/lib/rancher/HAOS/config.yaml': 'hostname: local',
      '/run/config/local_hostname': ' meta\n',
      '/run/config/ssh/authorized_keys': '# c\n key one \n\nkey two\n',
    });
    expect((await readConfig(host)).config).toEqual({
      hostname: 'meta',
      sshAuthorizedKeys: ['# c', 'key one', 'key two'],
    });
  });

  it('ignores an empty metadata host name', async () => {
    const host = createHost({
      '/haos/system/config.yaml': 'hostname: a',
      '/run/config/local_hostname': ' \n',
    });
    expect((await readConfig(host)).config).toEqual({ hostname: 'a' });
  });

  it('falls back to the upper-case path and to the directories of the Go implementation', async () => {
    const host = createHost({
      '/HAOS/system/config.yaml': 'hostname: upper',
      '/var/lib/1898andCo/HAOS/config.yaml': 'run_cmd: [a]',
      '/var/lib/1898andCo/HAOS/config.d/x': 'boot_cmd: [b]',
    });
    expect((await readConfig(host)).config).toEqual({ hostname: 'upper', runCmd: ['a'], bootCmd: ['b'] });
  });

  it('skips hidden files and directories in config.d, and follows links', async () => {
    const host = createHost({
      [`${D}/.a.swp`]: 'broken: [',
      [`${D}/sub/file`]: 'broken: [',
      [`${D}/link`]: { link: '/etc/elsewhere.yaml' },
      [`${D}/dangling`]: { link: '/nowhere' },
      '/etc/elsewhere.yaml': 'hostname: linked',
    });
    const { config, issues } = await readConfig(host);
    expect(issues).toEqual([]);
    expect(config).toEqual({ hostname: 'linked' });
  });

  it('reports an unreadable source and reads the rest', async () => {
    const host = createHost({
      '/haos/system/config.yaml': { directory: true },
      '/run/config/userdata': new Uint8Array([0x1f, 0x8b, 0]),
      '/run/config/local_hostname': { directory: true },
      '/var/lib/rancher/HAOS/config.yaml': new Uint8Array([0xff, 0x61]),
      [`${D}/a`]: 'hostname: a',
      [`${D}/loop`]: { link: 'loop' },
    });
    const { config, issues } = await readConfig(host);
    expect(config).toEqual({ hostname: 'a' });
    expect(issues.map(({ severity, code, origin }) => `${severity} ${code} ${origin?.source}`)).toEqual([
      'error unreadable-source system',
      'warning unreadable-source metadata',
      'error unsupported-user-data userdata',
      'error unreadable-source config.d',
      'error invalid-encoding local',
    ]);
  });

  it('runs user data that is a script, compressed or not', async () => {
    const host = createHost({ '/run/config/userdata': gzipSync('#!/bin/sh\necho hi\n') });
    expect((await readConfig(host)).config).toMatchObject({
      runCmd: ['/run/haos/userdata'],
      writeFiles: [{ path: '/run/haos/userdata', permissions: '0700', content: '#!/bin/sh\necho hi\n' }],
    });
  });
});

describe('putConfig', () => {
  it('writes a valid file with mode 0600, and removes it again', async () => {
    const host = createHost({});

    expect(putConfig(host, '50-a.yaml', 'hostname: a').changed).toBe(true);
    expect(host.files.stat(`${D}/50-a.yaml`)?.mode).toBe(0o600);
    expect((await readConfig(host)).config).toEqual({ hostname: 'a' });
    expect(deleteConfig(host, '50-a.yaml')).toBe(true);
    expect(deleteConfig(host, '50-a.yaml')).toBe(false);
  });

  it('does not write an invalid file', () => {
    const host = createHost({});
    const before = host.tree();

    const { issues, changed } = putConfig(host, 'a', 'hostnme: x');

    expect(changed).toBe(false);
    expect(issues.map(({ code }) => code)).toEqual(['unknown-key']);
    expect(host.tree()).toEqual(before);
  });

  it.each(['', '.hidden', '../x', 'a/b', 'a\n', '-x'])('refuses the name %j', (name) => {
    const host = createHost({});
    expect(() => putConfig(host, name, '')).toThrow(expect.objectContaining({ code: 'HAOS_CC_PUT_NAME' }));
  });

  it('uses the directory of the Go implementation if that is in effect', () => {
    const host = createHost({ '/var/lib/1898andCo/HAOS/config.d/x': 'hostname: a' });
    putConfig(host, 'y', 'run_cmd: [a]');
    expect(host.files.stat('/var/lib/1898andCo/HAOS/config.d/y')).toBeDefined();
    expect(host.files.stat(D)).toBeUndefined();
  });
});
