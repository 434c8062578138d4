import { expect, it } from 'vitest';
import { fullImageName } from './image-name.js';

it.each([
  ['localhost/haos', 'v1.2.0', 'localhost/haos:v1.2.0'],
  ['ghcr.io/example/haos', 'v1.2.0', 'ghcr.io/example/haos:v1.2.0'],
  ['registry.example.com:5000/haos', 'v1.2.0', 'registry.example.com:5000/haos:v1.2.0'],
  ['example/haos', 'v1.2.0', 'docker.io/example/haos:v1.2.0'],
  ['example/team/haos', 'v1.2.0', 'docker.io/example/team/haos:v1.2.0'],
  ['haos', 'v1.2.0', 'docker.io/library/haos:v1.2.0'],
  ['example/haos', 'v1.2.0-rc1+build.5', 'docker.io/example/haos:v1.2.0-rc1-build.5'],
])('%s of %s is %s', (repository, version, name) => {
  expect(fullImageName(repository, version)).toBe(name);
});

it.each([
  '',
  'haos:v1',
  'ghcr.io/example/haos:v1',
  'https://ghcr.io/haos',
  'a/Haos',
  'a//b',
  '/haos',
  'haos/',
])('refuses %j', (repository) => {
  expect(() => fullImageName(repository, 'v1')).toThrow(expect.objectContaining({ status: 2 }));
});
