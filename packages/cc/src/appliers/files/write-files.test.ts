import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WriteFile } from '../../generated/types.js';
import { runApplier, runTwice } from '../testing.js';
import { writeFiles } from './write-files.js';

describe('writeFiles', () => {
  it('writes files with their mode and owner, and nothing the second time', async () => {
    const host = hostWith();
    const files: WriteFile[] = [
      { path: '/opt/tool', content: 'AAEC', encoding: 'b64', permissions: '0o4755', owner: 'rancher' },
      { path: '/etc/crontab', content: '15 * * * * root ship_logs\n' },
      { path: '/etc/secret', content: 'x', permissions: '600', owner: 'root:sudo' },
    ];

    const { first, second } = await runTwice(writeFiles, { writeFiles: files }, { host });

    expect(first.failures).toEqual([]);
    expect(second.changes).toEqual([]);
    expect(Buffer.from(host.files.read('/opt/tool'))).toEqual(Buffer.from([0, 1, 2]));
    expect(host.files.stat('/opt/tool')).toMatchObject({ mode: 0o4755, uid: 1000, gid: 1000 });
    expect(host.files.stat('/etc/crontab')).toMatchObject({ mode: 0o644, uid: 0, gid: 0 });
    expect(host.files.stat('/etc/secret')).toMatchObject({ mode: 0o600, uid: 0, gid: 27 });
  });

  it('gives the files of connman to its user, unless they have another owner', async () => {
    const path = '/var/lib/connman';
    const host = hostWith({ tree: { '/var/lib/connman/settings': '' } });
    host.files.setAttributes(path, { owner: { uid: 400, gid: 400 } });
    const files: WriteFile[] = [
      { path: `${path}/default.config`, permissions: '0600', content: 'a' },
      { path: `${path}/named.config`, permissions: '0600', owner: 'root:root', content: 'b' },
      { path: `${path}/other.config`, owner: 'rancher', content: 'c' },
      { path: `${path}/../outside`, content: 'd' },
      { path: '/etc/resolv.conf', content: 'nameserver 192.0.2.1\n' },
    ];

    const { first, second } = await runTwice(writeFiles, { writeFiles: files }, { host });

    expect(first.failures).toEqual([]);
    expect(second.changes).toEqual([]);
    expect(host.files.stat(`${path}/default.config`)).toMatchObject({ uid: 400, gid: 400, mode: 0o600 });
    expect(host.files.stat(`${path}/named.config`)).toMatchObject({ uid: 400, gid: 400, mode: 0o600 });
    expect(host.files.stat(`${path}/other.config`)).toMatchObject({ uid: 1000, gid: 1000 });
    expect(host.files.stat('/var/lib/outside')).toMatchObject({ uid: 0, gid: 0 });
    expect(host.files.stat('/etc/resolv.conf')).toMatchObject({ uid: 400, gid: 400, mode: 0o644 });
  });

  it('writes only the last of several items with one path', async () => {
    const host = hostWith();
    const files = [
      { path: '/etc/a', content: 'one' },
      { path: '/etc/b', content: 'other' },
      { path: '/etc//a', content: 'two' },
    ];

    const { first, second } = await runTwice(writeFiles, { writeFiles: files }, { host });

    expect(first.changes).toHaveLength(2);
    expect(second.changes).toEqual([]);
    expect(host.files.readText('/etc/a')).toBe('two');
  });

  it.each<[string, Partial<Record<keyof WriteFile, string>>, string]>([
    ['a relative path', { path: 'etc/a' }, 'HAOS_CC_FILE_PATH'],
    ['no path', { content: 'x' }, 'HAOS_CC_FILE_PATH'],
    ['the path of a directory', { path: '/etc/a/' }, 'HAOS_CC_FILE_PATH'],
    ['a NUL in the path', { path: '/etc/a\0b' }, 'HAOS_CC_FILE_PATH'],
    [
      'permissions that are not an octal number',
      { path: '/etc/a', permissions: '0888' },
      'HAOS_CC_FILE_PERMISSIONS',
    ],
    ['permissions with too many bits', { path: '/etc/a', permissions: '17777' }, 'HAOS_CC_FILE_PERMISSIONS'],
    ['symbolic permissions', { path: '/etc/a', permissions: 'u+x' }, 'HAOS_CC_FILE_PERMISSIONS'],
    ['an owner that does not exist', { path: '/etc/a', owner: 'nobody' }, 'HAOS_ACCOUNT_UNKNOWN'],
    ['an unknown encoding', { path: '/etc/a', encoding: 'rot13' }, 'HAOS_CC_FILE_ENCODING'],
    ['broken base64', { path: '/etc/a', encoding: 'b64', content: 'secret!' }, 'HAOS_CC_FILE_CONTENT'],
    ['a directory in its place', { path: '/etc' }, 'HAOS_FILE_NOT_REGULAR'],
  ])('fails at %s, and still writes the other files', async (_, bad, code) => {
    const host = hostWith();

    const run = await runApplier(
      writeFiles,
      { writeFiles: [bad as WriteFile, { path: '/etc/good', content: 'x' }] },
      { host },
    );

    expect(run.failures).toEqual([code]);
    expect(run.messages.join()).not.toContain('secret!');
    expect(host.files.readText('/etc/good')).toBe('x');
    expect(host.files.stat('/etc/a')).toBeUndefined();
  });

  it('names the item that failed', async () => {
    const host = hostWith();

    const run = await runApplier(
      writeFiles,
      { writeFiles: [{ path: '/a' }, { path: '/b', encoding: 'b64', content: '?' }] },
      { host },
    );

    expect(run.messages[0]).toContain('write_files[1]');
  });

  it('plans without writing', async () => {
    const host = hostWith({ kind: 'plan' });
    const before = host.tree();

    const { first, second } = await runTwice(
      writeFiles,
      { writeFiles: [{ path: '/etc/a', content: 'x' }] },
      { host },
    );

    expect(first.changes).toMatchObject([{ kind: 'write-file', path: '/etc/a', status: 'planned' }]);
    expect(second.changes).toEqual([]);
    expect(host.tree()).toEqual(before);
  });

  describe('in a home', () => {
    const RANCHER = { uid: 1000, gid: 1000 };
    const files: WriteFile[] = [
      { path: '/home/rancher/.config/app/alias', owner: 'rancher', content: 'alias k=kubectl\n' },
      {
        path: '/home/rancher//.ssh/config',
        owner: 'rancher:rancher',
        permissions: '0600',
        content: 'Host *\n',
      },
    ];

    it('makes the home with its skeleton, and what lies above the file, as the person', async () => {
      const host = hostWith({
        tree: {
          '/etc/skel/.profile': '# mine\n',
          '/etc/skel/.config/x': 'x',
          '/etc/skel/.bashrc': { link: '.profile' },
        },
      });

      const { first, second } = await runTwice(writeFiles, { writeFiles: files }, { host });

      expect(first.failures).toEqual([]);
      expect(second.changes).toEqual([]);
      expect(host.files.readText('/home/rancher/.profile')).toBe('# mine\n');
      expect(host.files.stat('/home')).toMatchObject({ uid: 0, mode: 0o755 });
      expect(host.files.stat('/home/rancher')).toMatchObject({ ...RANCHER, mode: 0o700 });
      expect(host.files.stat('/home/rancher/.ssh')).toMatchObject({ ...RANCHER, mode: 0o700 });
      for (const name of [
        '.profile',
        '.config',
        '.config/x',
        '.config/app',
        '.config/app/alias',
        '.ssh/config',
      ])
        expect(host.files.stat(`/home/rancher/${name}`), name).toMatchObject(RANCHER);
    });

    it('leaves a home alone that is there', async () => {
      const host = hostWith({ tree: { '/etc/skel/.profile': '', '/home/rancher/mine': '' } });
      const before = host.files.stat('/home/rancher');

      await runApplier(writeFiles, { writeFiles: files }, { host });

      expect(host.files.stat('/home/rancher')).toEqual(before);
      expect(host.files.stat('/home/rancher/.profile')).toBeUndefined();
      expect(host.files.stat('/home/rancher/.config/app')).toMatchObject(RANCHER);
    });

    it.each(['/home/rancher2/a/b', '/home/stranger/a/b', '/var/lib/app/a/b', '/a/b'])(
      'makes what lies above %s as root, because it is in no home',
      async (path) => {
        const host = hostWith({
          tree: {
            '/etc/passwd':
              'app:x:999:999::/var/lib/app:/bin/sh\nrancher:x:1000:1000::/home/rancher:/bin/sh\nroot2:x:1001:1001::/:/bin/sh\n',
          },
        });

        await runApplier(writeFiles, { writeFiles: [{ path, owner: '1000:1000' }] }, { host });

        expect(host.files.stat(path)).toMatchObject(RANCHER);
        expect(host.files.stat(path.slice(0, -2))).toMatchObject({ uid: 0, gid: 0 });
        expect(host.files.stat('/home/rancher')).toBeUndefined();
      },
    );
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
