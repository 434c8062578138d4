import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addLayer } from './add-layer.js';
import { sha256 } from './digest.js';
import { type Descriptor, pathOf, writeOciImage } from './oci-layout.js';
import type { StepContext } from './step.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-layer-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Makes an image as the step `oci` does. */
async function makeImage(): Promise<string> {
  const tree = join(directory, 'tree');
  mkdirSync(join(tree, 'haos/system/haos'), { recursive: true });
  writeFileSync(join(tree, 'haos/system/haos/program'), 'a program');
  const context = {
    out: directory,
    epoch: 1_700_000_000,
    options: { architecture: 'amd64' },
    run: async (program: string, args: readonly string[]) => void execFileSync(program, args),
  } as unknown as StepContext;
  const archive = join(directory, 'image.tar');
  const config = { Entrypoint: ['/haos/system/haos/program'] };
  await writeOciImage(
    context,
    { tree, paths: ['haos'], name: 'localhost/haos:v1', tag: 'v1', config },
    archive,
  );
  return archive;
}

it('adds files as a layer, and every part has the digest and the size that it is named by', async () => {
  const archive = await makeImage();
  const [file, output] = [join(directory, 'haos-boot-amd64.efi'), join(directory, 'with.tar')];
  writeFileSync(file, 'signed');

  addLayer(archive, output, { files: [file], directory: 'haos/system' });

  const layout = join(directory, 'layout');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', output, '-C', layout]);
  const read = (path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8'));
  const whole = (descriptor: Descriptor) => {
    const content = readFileSync(join(layout, pathOf(descriptor)));
    expect([`sha256:${sha256(content)}`, content.length]).toEqual([descriptor.digest, descriptor.size]);
    return content;
  };
  const [named] = read('index.json').manifests;
  expect(named.annotations['io.containerd.image.name']).toBe('localhost/haos:v1');
  const manifest = JSON.parse(whole(named).toString());
  const config = JSON.parse(whole(manifest.config).toString());
  expect(config.config.Entrypoint).toEqual(['/haos/system/haos/program']);
  expect(config.rootfs.diff_ids).toEqual(manifest.layers.map(({ digest }: Descriptor) => digest));
  expect(config.history).toHaveLength(2);
  // A container runtime unpacks one layer over the other.
  const root = join(directory, 'root');
  mkdirSync(root);
  for (const layer of manifest.layers) {
    whole(layer);
    execFileSync('tar', ['-xf', join(layout, pathOf(layer)), '-C', root]);
  }
  expect(readdirSync(join(root, 'haos/system')).sort()).toEqual(['haos', 'haos-boot-amd64.efi']);
  expect(readFileSync(join(root, 'haos/system/haos-boot-amd64.efi'), 'utf8')).toBe('signed');
  expect(read('manifest.json')).toEqual([
    {
      Config: pathOf(manifest.config),
      RepoTags: ['localhost/haos:v1'],
      Layers: manifest.layers.map((layer: Descriptor) => pathOf(layer)),
    },
  ]);
  expect(readdirSync(join(layout, 'blobs/sha256'))).toHaveLength(4);
});
