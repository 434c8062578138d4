import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BuildFailure } from './failure.js';
import { joinImages } from './join-images.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-join-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Writes a small archive like that of the step `oci`. */
function writeArchive(architecture: string, name = 'localhost/haos:v1.0.0'): string {
  const layout = join(directory, `layout-${architecture}`);
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const add = (content: string) => {
    const digest = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(blobs, digest), content);
    return { mediaType: 'application/json', digest: `sha256:${digest}`, size: content.length };
  };
  const config = add(JSON.stringify({ architecture, os: 'linux' }));
  const layers = [add(`the programs of ${architecture}`)];
  const manifest = add(JSON.stringify({ schemaVersion: 2, config, layers }));
  const annotations = { 'io.containerd.image.name': name };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ manifests: [{ ...manifest, annotations }] }));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(layout, 'manifest.json'), '[]');
  const archive = join(directory, `${architecture}.tar`);
  execFileSync('tar', ['-cf', archive, '-C', layout, '.']);
  return archive;
}

const read = (archive: string, path: string) =>
  JSON.parse(execFileSync('tar', ['-xOf', archive, `./${path}`], { encoding: 'utf8' }));
const pathOf = ({ digest }: { digest: string }) => `blobs/${digest.replace(':', '/')}`;

it('joins images under one name, with every part of them and the platform of each', () => {
  const output = join(directory, 'both.tar');

  joinImages([writeArchive('amd64'), writeArchive('arm64')], output);

  const { manifests } = read(output, 'index.json');
  expect(manifests).toMatchObject([
    {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      annotations: { 'io.containerd.image.name': 'localhost/haos:v1.0.0' },
    },
  ]);
  const index = read(output, pathOf(manifests[0]));
  expect(index.manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
    { architecture: 'amd64', os: 'linux' },
    { architecture: 'arm64', os: 'linux' },
  ]);
  for (const { platform, ...descriptor } of index.manifests) {
    const manifest = read(output, pathOf(descriptor));
    expect(read(output, pathOf(manifest.config))).toEqual(platform);
    const layer = execFileSync('tar', ['-xOf', output, `./${pathOf(manifest.layers[0])}`], {
      encoding: 'utf8',
    });
    expect(layer).toBe(`the programs of ${platform.architecture}`);
  }
});

it.each<[title: string, message: RegExp, archives: () => string[]]>([
  [
    'twice for one architecture',
    /several archives are for amd64/,
    () => [writeArchive('amd64'), writeArchive('amd64')],
  ],
  [
    'of two versions',
    /v1\.0\.0.*v1\.1\.0/,
    () => [writeArchive('amd64'), writeArchive('arm64', 'localhost/haos:v1.1.0')],
  ],
  [
    'that do not exist',
    /none\.tar is not the archive/,
    () => [writeArchive('amd64'), join(directory, 'none.tar')],
  ],
])('refuses archives %s, and writes nothing', (_title, message, archives) => {
  const named = archives();
  const before = readdirSync(directory);

  expect(() => joinImages(named, join(directory, 'both.tar'))).toThrow(BuildFailure);
  expect(() => joinImages(named, join(directory, 'both.tar'))).toThrow(message);
  expect(existsSync(join(directory, 'both.tar'))).toBe(false);
  expect(readdirSync(directory)).toEqual(before);
});
