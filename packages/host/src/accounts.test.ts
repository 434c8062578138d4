import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGroup, findUser, parseGroup, parsePasswd, resolveOwner, setPasswordHash } from './accounts.js';
import { createTestHost, type TestHost } from './testing.js';

let host: TestHost;
beforeEach(() => {
  host = createTestHost({
    tree: {
      '/etc/passwd': [
        'root:x:0:0:root:/root:/bin/sh',
        'rancher2:x:1001:1001::/home/rancher2:/bin/sh',
        'rancher:x:1000:1000:,,,:/home/rancher:/bin/bash',
        '1000:x:5000:5000::/:/bin/false',
        '+:::::: ',
        'broken:x:abc:0::/:',
        '',
      ].join('\n'),
    },
  });
});
afterEach(() => host.dispose());

describe('accounts of the target', () => {
  it('are parsed; lines that are not entries are ignored', () => {
    expect(parsePasswd('a:x:1:2:Name:/home/a:/bin/sh\n+\nb:x::2:::\n:x:1:1:::\nc:x:3:4\n')).toEqual([
      { name: 'a', uid: 1, gid: 2, home: '/home/a', shell: '/bin/sh' },
      { name: 'c', uid: 3, gid: 4, home: '', shell: '' },
    ]);
    expect(parseGroup('a:x:1:b,c\nd:x:2:\n\nbad:x:y:\n')).toEqual([
      { name: 'a', gid: 1, members: ['b', 'c'] },
      { name: 'd', gid: 2, members: [] },
    ]);
  });

  it('are found by exact name first, then by number', () => {
    expect(findUser(host, 'rancher')).toMatchObject({ uid: 1000, home: '/home/rancher' });
    expect(findUser(host, '1000')).toMatchObject({ uid: 5000 });
    expect(findUser(host, 1001)).toMatchObject({ name: 'rancher2' });
    expect(findUser(host, 'ranche')).toBeUndefined();
    expect(findUser(host, 'ran.her')).toBeUndefined();
    expect(findUser(host, '')).toBeUndefined();
    expect(findGroup(host, 'sudo')).toMatchObject({ gid: 27, members: ['rancher'] });
    expect(findGroup(host, 27)).toMatchObject({ name: 'sudo' });
  });

  it('are empty if the files do not exist', () => {
    host.files.remove('/etc');

    expect(findUser(host, 'root')).toBeUndefined();
    expect(findGroup(host, 'root')).toBeUndefined();
  });
});

describe('an owner', () => {
  it.each([
    ['root', { uid: 0, gid: 0 }],
    ['rancher', { uid: 1000, gid: 1000 }],
    ['rancher:', { uid: 1000, gid: 1000 }],
    ['rancher:sudo', { uid: 1000, gid: 27 }],
    ['1001', { uid: 1001, gid: 1001 }],
    ['4242:4343', { uid: 4242, gid: 4343 }],
    ['root:4343', { uid: 0, gid: 4343 }],
  ])('resolves %s to its numbers', (text, owner) => {
    expect(resolveOwner(host, text)).toEqual(owner);
  });

  it('resolves root to 0 without any accounts', () => {
    host.files.remove('/etc');

    expect(resolveOwner(host, 'root')).toEqual({ uid: 0, gid: 0 });
    expect(resolveOwner(host, 'root:root')).toEqual({ uid: 0, gid: 0 });
  });

  it.each([
    'nobody-here',
    '',
    ':',
    ':sudo',
    'rancher:nothing',
    '4242',
    'a:b:c',
    '-1',
    '4294967295:0',
    'rancher.sudo',
  ])('%j is unknown', (text) => {
    expect(() => resolveOwner(host, text)).toThrowError(
      expect.objectContaining({ code: 'HAOS_ACCOUNT_UNKNOWN' }),
    );
  });
});

describe('a password', () => {
  const shadow = 'root:*:1:0:99999:7:::\nrancher:!:20000:0:99999:7:::\nrancher2:x:1::::::\n# odd line\n';
  beforeEach(() => host.files.write('/etc/shadow', shadow, { mode: 0o640, owner: { uid: 0, gid: 42 } }));

  it('changes only one field of one line, not mode or owner', () => {
    expect(setPasswordHash(host, 'rancher', '$6$salt$hash')).toBe(true);
    expect(setPasswordHash(host, 'rancher', '$6$salt$hash')).toBe(false);

    expect(host.files.readText('/etc/shadow')).toBe(shadow.replace('rancher:!', 'rancher:$6$salt$hash'));
    expect(host.files.stat('/etc/shadow')).toMatchObject({ mode: 0o640, uid: 0, gid: 42 });
  });

  it('does not appear in an operation', () => {
    setPasswordHash(host, 'rancher', '$6$sentinel');

    const last = host.operations.at(-1);
    expect(last).toMatchObject({ kind: 'write-file', secret: true });
    expect(JSON.stringify(last)).not.toContain('content');
  });

  it.each(['a:b', 'a\nroot::', 'a\rb', 'a\0b'])('is rejected as %j without showing it', (hash) => {
    expect(() => setPasswordHash(host, 'rancher', hash)).toThrowError(
      expect.objectContaining({ code: 'HAOS_ACCOUNT_PASSWORD', message: expect.not.stringContaining(hash) }),
    );
    expect(host.files.readText('/etc/shadow')).toBe(shadow);
  });

  it.each(['nobody', '', 'ranche', 'rancher:!', '# odd line'])('is not set for %j', (user) => {
    expect(() => setPasswordHash(host, user, '*')).toThrowError(
      expect.objectContaining({ code: 'HAOS_ACCOUNT_UNKNOWN' }),
    );
  });
});
