import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parseVersions, readVersions } from './versions.js';

const versions = readVersions(fileURLToPath(new URL('../..', import.meta.url)));

it('pins the program and the images of one release for each architecture', () => {
  expect(versions.k3s).toMatchObject({
    amd64: { program: { name: 'k3s' }, images: { name: 'k3s-airgap-images-amd64.tar.zst' } },
    arm64: { program: { name: 'k3s-arm64' }, images: { name: 'k3s-airgap-images-arm64.tar.zst' } },
  });
});

it.each<[string, (copy: typeof versions) => unknown]>([
  ['date', (copy) => Object.assign(copy, { date: 'today' })],
  ['debian.suite', (copy) => Object.assign(copy, { debian: undefined })],
  ['node.amd64.integrity', (copy) => Object.assign(copy.node.amd64, { integrity: 'sha1-abc' })],
  ['k3s.version', (copy) => Object.assign(copy.k3s, { version: '1.36.4' })],
  ['k3s.releases', (copy) => Object.assign(copy.k3s, { releases: 'https://example.com/' })],
  ['k3s.arm64.program.sha256', (copy) => Object.assign(copy.k3s.arm64.program, { sha256: null })],
  ['k3s.amd64.images.size', (copy) => Object.assign(copy.k3s.amd64.images, { size: '1' })],
  ['k3s.amd64.images.name', (copy) => Object.assign(copy.k3s.amd64.images, { name: '../k3s' })],
])('names %s when it is malformed', (path, spoil) => {
  const copy = structuredClone(versions);
  spoil(copy);

  expect(() => parseVersions(JSON.stringify(copy))).toThrow(
    expect.objectContaining({ status: 1, message: expect.stringContaining(`\n  ${path}: `) }),
  );
});
