import { describe, expect, it } from 'vitest';
import type { FileStat } from '../types.js';
import { resolvePath } from './resolve.js';

/** A store that contains only links. */
function linksOnly(links: Readonly<Record<string, string>>) {
  const link: FileStat = { type: 'symlink', mode: 0o777, size: 0, uid: 0, gid: 0 };
  return {
    lstat: (path: string) => (path in links ? link : undefined),
    readLink: (path: string) => links[path]!,
  };
}

const LINKS = {
  '/bin': 'usr/bin',
  '/usr/local': '/var/local',
  '/var/local/share': '../lib/share',
  '/up': '../..',
  '/etc/mtab': '../proc/self/mounts',
  '/last': '/last/',
};

describe('a path in the target', () => {
  it.each([
    ['/', '/'],
    ['//etc//./hosts', '/etc/hosts'],
    ['/bin/sh', '/usr/bin/sh'],
    ['/bin/../lib', '/usr/lib'],
    ['/usr/local/share/x', '/var/lib/share/x'],
    ['/up/etc', '/etc'],
    ['/etc/mtab', '/proc/self/mounts'],
    ['/missing/../etc', '/etc'],
    ['/bin/', '/usr/bin'],
  ])('%s leads to %s', (path, expected) => {
    expect(resolvePath(linksOnly(LINKS), path, { followLast: true })).toBe(expected);
  });

  it.each([
    ['/bin', '/bin'],
    ['/bin/', '/usr/bin'],
    ['/usr/local/share', '/var/local/share'],
    ['/last', '/last'],
  ])('%s is %s if the last link is not followed', (path, expected) => {
    expect(resolvePath(linksOnly(LINKS), path, { followLast: false })).toBe(expected);
  });

  it('may contain as many links as the kernel allows', () => {
    const chain = Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`/${index}`, `${index + 1}`]));

    expect(resolvePath(linksOnly(chain), '/1', { followLast: true })).toBe('/41');
    expect(() => resolvePath(linksOnly(chain), '/0', { followLast: true })).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_LINK_LOOP' }),
    );
  });
});
