import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { digestFile, sha256 } from './digest.js';
import { type Descriptor, MEDIA_TYPES, pathOf } from './oci-layout.js';
import { reproducibleTar } from './reproducible-tar.js';

/** The parts of an image configuration that a layer changes. */
interface Config {
  created: string;
  rootfs: { type: string; diff_ids: string[] };
  history: object[];
}

export interface Layer {
  /** The files of the layer. */
  files: readonly string[];
  /** Their directory in the image, without a slash at the beginning. */
  directory: string;
}

/**
 * Writes a copy of an image of the step `oci` with one more layer. The other layer stays the same,
 * so that a registry and a node with both images have it once.
 */
export function addLayer(archive: string, output: string, layer: Layer): void {
  const work = mkdtempSync(join(dirname(output), '.haos-layer-'));
  try {
    const layout = join(work, 'layout');
    mkdirSync(layout);
    execFileSync('tar', ['-xf', archive, '-C', layout]);
    const read = <T>(path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8')) as T;
    const index = read<{ manifests: [Descriptor] }>('index.json');
    const [named] = index.manifests;
    const manifest = read<{ config: Descriptor; layers: Descriptor[] }>(pathOf(named));
    const config = read<Config>(pathOf(manifest.config));
    const date = Date.parse(config.created) / 1000;
    const added = packLayer(layout, work, { ...layer, date });
    for (const old of [named, manifest.config]) rmSync(join(layout, pathOf(old)));
    const newConfig = addJson(layout, manifest.config, {
      ...config,
      rootfs: { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, added.digest] },
      history: [...config.history, { created: config.created, created_by: 'the HAOS image builder' }],
    });
    const layers = [...manifest.layers, added];
    const newManifest = addJson(layout, named, { ...manifest, config: newConfig, layers });
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ ...index, manifests: [newManifest] }));
    const [forDocker] = read<[object]>('manifest.json');
    writeFileSync(
      join(layout, 'manifest.json'),
      JSON.stringify([{ ...forDocker, Config: pathOf(newConfig), Layers: layers.map(pathOf) }]),
    );
    pack(layout, join(work, 'image.tar'), date);
    renameSync(join(work, 'image.tar'), output);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function packLayer(
  layout: string,
  work: string,
  { files, directory, date }: Layer & { date: number },
): Descriptor {
  const tree = join(work, 'tree');
  mkdirSync(join(tree, directory), { recursive: true });
  for (const file of files) copyFileSync(file, join(tree, directory, basename(file)));
  const archive = join(work, 'layer.tar');
  pack(tree, archive, date);
  const [digest, { size }] = [digestFile(archive), statSync(archive)];
  renameSync(archive, join(layout, 'blobs/sha256', digest));
  return { mediaType: MEDIA_TYPES.layer, digest: `sha256:${digest}`, size };
}

/** Adds a part in the place of another one, whose other fields stay. */
function addJson(layout: string, replaced: Descriptor, value: object): Descriptor {
  const content = JSON.stringify(value);
  const digest = sha256(content);
  writeFileSync(join(layout, 'blobs/sha256', digest), content);
  return { ...replaced, digest: `sha256:${digest}`, size: Buffer.byteLength(content) };
}

function pack(tree: string, archive: string, date: number): void {
  const options = ['--create', `--file=${archive}`, ...reproducibleTar(date), `--directory=${tree}`];
  execFileSync('tar', [...options, '.']);
}
