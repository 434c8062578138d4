import { createTestHost } from '@haos/host/testing';
import { expect, it } from 'vitest';
import { isInstallByFallback, readMode, readVersion } from './mode.js';

it.each([
  [undefined, undefined],
  ['local\n', 'local'],
  ['live', 'live'],
  ['', undefined],
  ['toString\n', undefined],
])('reads the mode from %j as %s', (content, mode) => {
  const host = createTestHost({ tree: content === undefined ? {} : { '/run/haos/mode': content } });

  expect(readMode(host)).toBe(mode);
  host.dispose();
});

it('treats unreadable facts as unknown', () => {
  const unreadable = { directory: true };
  const host = createTestHost({
    tree: { '/run/haos/mode': unreadable, '/usr/lib/haos/version': { link: 'version' } },
  });

  expect([readMode(host), readVersion(host)]).toEqual([undefined, undefined]);
  host.dispose();
});

it('reads the version of the image', () => {
  const host = createTestHost({ tree: { '/usr/lib/haos/version': 'v1.2.3\n' } });

  expect(readVersion(host)).toBe('v1.2.3');
  host.dispose();
});

it.each([
  ['install', 'fallback', true],
  ['install', 'argument', false],
  ['install', undefined, true],
  ['live', 'image', false],
  ['disk', 'state', false],
])('mode %s from %s is an installation by fallback: %s', (mode, from, expected) => {
  const host = createTestHost({
    tree: { '/run/haos/mode': mode, ...(from !== undefined && { '/run/haos/mode-from': from }) },
  });

  expect(isInstallByFallback(host)).toBe(expected);
  host.dispose();
});
