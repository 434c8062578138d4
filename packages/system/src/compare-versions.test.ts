import { expect, it } from 'vitest';
import { compareVersions, upstreamVersion } from './compare-versions.js';

it.each([
  ['v1.2.3', 'v1.2.3', 0],
  ['1.2.3', 'v1.2.3', 0],
  ['v1.2.3', 'v1.2.4', -1],
  ['v1.9.0', 'v1.10.0', -1],
  ['v0.22.2', 'v1.0.0', -1],
  ['v1.2', 'v1.2.1', -1],
  ['v1.0.0-rc1', 'v1.0.0', -1],
  ['v1.0.0-rc2', 'v1.0.0-rc10', -1],
  ['v1.0.0-alpha.1', 'v1.0.0-beta.1', -1],
  ['v1.30.1+k3s1', 'v1.30.1+k3s2', -1],
  ['v1.30.1+k3s9', 'v1.30.2+k3s1', -1],
  ['v1.36.4+k3s1.g1a2b3c4d', 'v1.36.4+k3s1.g00000001', 0],
  ['v1.36.4+k3s1.airgap', 'v1.36.4+k3s1', 0],
  ['v1.36.4+k3s1.g1a2b3c4d', 'v1.36.4+k3s2.airgap', -1],
  ['v1.36.4+k3s1.gamma', 'v1.36.4+k3s1', 1],
  ['v1.30.1-rc1+k3s1', 'v1.30.1+k3s1', -1],
  ['v1.36.4+k3s1.g1a2b3c4d', 'v1.36.4+k3s1', 0],
  ['v1.36.4+k3s1.g1a2b3c4d', 'v1.36.4+k3s1.airgap', 0],
  ['v1.36.4+k3s1.gffffffff', 'v1.36.4+k3s2.g00000000', -1],
])('%s against %s is %i', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(0 - sign);
});

it.each([
  ['v1.36.4+k3s1', 'v1.36.4+k3s1'],
  ['v1.36.4+k3s1.airgap', 'v1.36.4+k3s1'],
  ['v1.36.4+k3s1.g1a2b3c4d', 'v1.36.4+k3s1'],
  ['v1.36.4-rc1+k3s1.g1a2b3c4d', 'v1.36.4-rc1+k3s1'],
  ['v1.36.4+k3s1.g1a2', 'v1.36.4+k3s1.g1a2'],
  ['given', 'given'],
])('%s is the name of a program of version %s', (name, version) => {
  expect(upstreamVersion(name)).toBe(version);
});
