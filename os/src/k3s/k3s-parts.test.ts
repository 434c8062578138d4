import { compareVersions, isVersion } from '@haos/system/internal';
import { expect, it } from 'vitest';
import { type K3sFile, type K3sParts, nameK3s } from './k3s-parts.js';

const VERSION = 'v1.36.4+k3s1';

function file(digit: string, isPinned: boolean): K3sFile {
  return { path: '/k3s', name: 'k3s', sha256: digit.repeat(64), size: 1, isPinned };
}

const pinned: K3sParts = { version: VERSION, program: file('a', true) };
const given: K3sParts = { version: VERSION, program: file('b', false) };

it.each<[string, K3sParts, RegExp]>([
  ['the pinned program', pinned, /^v1\.36\.4\+k3s1$/],
  ['the pinned program with its images', { ...pinned, images: file('c', true) }, /^v1\.36\.4\+k3s1\.airgap$/],
  ['another program', given, /^v1\.36\.4\+k3s1\.gbbbbbbbb$/],
  ['other images', { ...pinned, images: file('d', false) }, /^v1\.36\.4\+k3s1\.g[0-9a-f]{8}$/],
])('names %s', (_title, parts, name) => {
  expect(nameK3s(parts)).toMatch(name);
  expect(isVersion(nameK3s(parts))).toBe(true);
});

it('gives different content different names, and all names of one version the same rank', () => {
  const names = [
    pinned,
    given,
    { ...pinned, images: file('c', true) },
    { ...pinned, images: file('d', false) },
    { ...given, images: file('c', true) },
    { ...given, images: file('d', false) },
  ].map(nameK3s);

  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(compareVersions(name, VERSION)).toBe(0);
});
