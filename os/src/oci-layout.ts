import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './digest.js';
import { reproducibleTar } from './reproducible-tar.js';
import type { StepContext } from './step.js';

export interface OciImage {
  /** The directory with the content of the only layer. */
  tree: string;
  /** What of it the layer has; default: everything. */
  paths?: readonly string[];
  /** With its tag, such as `localhost/haos:v1`: under this name container runtimes store it. */
  name: string;
  /** The tag alone. */
  tag: string;
  /** The member `config` of the image configuration (OCI image specification). */
  config: object;
}

/**
 * Writes an image as an archive: the OCI image layout 1.0.0, which registries and container
 * runtimes accept. The same content gives the same archive.
 */
export async function writeOciImage(context: StepContext, image: OciImage, archive: string): Promise<void> {
  const { name, tag } = image;
  const layout = join(context.out, 'layout');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const layer = await addLayer(context, layout, image);
  const config = addJson(layout, 'config', describeImage(context, layer.digest, image.config));
  const manifest = addJson(layout, 'manifest', {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config,
    layers: [layer],
  });
  const annotations = {
    'org.opencontainers.image.ref.name': tag,
    // containerd prefers this: images.AnnotationImageName of its source.
    'io.containerd.image.name': name,
  };
  writeJson(join(layout, 'index.json'), {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.index,
    manifests: [{ ...manifest, annotations }],
  });
  writeJson(join(layout, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
  // `docker load` reads this; `docker save` writes the same.
  writeJson(join(layout, 'manifest.json'), [
    { Config: pathOf(config), RepoTags: [name], Layers: [pathOf(layer)] },
  ]);
  await pack(context, layout, archive);
  rmSync(layout, { recursive: true });
}

/** A reference to a part of the image. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** The layer is not compressed, because its contents are. */
export const MEDIA_TYPES = {
  layer: 'application/vnd.oci.image.layer.v1.tar',
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const;

async function addLayer(
  context: StepContext,
  layout: string,
  { tree, paths }: OciImage,
): Promise<Descriptor> {
  const archive = join(context.out, 'layer.tar');
  await pack(context, tree, archive, paths);
  const content = readFileSync(archive);
  const digest = sha256(content);
  renameSync(archive, join(layout, 'blobs/sha256', digest));
  return { mediaType: MEDIA_TYPES.layer, digest: `sha256:${digest}`, size: content.length };
}

function addJson(layout: string, kind: 'config' | 'manifest', value: object): Descriptor {
  const content = JSON.stringify(value);
  const digest = sha256(content);
  writeFileSync(join(layout, 'blobs/sha256', digest), content);
  return { mediaType: MEDIA_TYPES[kind], digest: `sha256:${digest}`, size: Buffer.byteLength(content) };
}

function describeImage({ options, epoch }: StepContext, layer: string, config: object): object {
  const created = new Date(epoch * 1000).toISOString();
  return {
    created,
    architecture: options.architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [layer] },
    history: [{ created, created_by: 'the HAOS image builder' }],
  };
}

/** Packs a tree reproducibly: the same tree gives the same archive. */
async function pack(
  { run, epoch }: StepContext,
  directory: string,
  archive: string,
  names: readonly string[] = ['.'],
): Promise<void> {
  await run('tar', [
    '--create',
    `--file=${archive}`,
    ...reproducibleTar(epoch),
    `--directory=${directory}`,
    ...names,
  ]);
}

/** Returns the path of a part in the archive. */
export function pathOf({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, JSON.stringify(value));
}
