import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from './digest.js';
import { BuildFailure } from './failure.js';
import { type Descriptor, MEDIA_TYPES, pathOf } from './oci-layout.js';
import { reproducibleTar } from './reproducible-tar.js';

const NAME = 'io.containerd.image.name';

/** One image of an archive: its manifest, the annotations with its name, and its platform. */
interface Image {
  archive: string;
  manifest: Descriptor;
  annotations: Readonly<Record<string, string>>;
  platform: { architecture: string; os: string };
}

/**
 * Joins archives of the same image for several architectures into one with an image index (OCI
 * image specification, "OCI Image Index"): under one name, a container runtime takes the image for
 * its machine. The output has that name only when it is complete. Throws a BuildFailure if the
 * archives do not belong together.
 */
export function joinImages(archives: readonly string[], output: string): void {
  const work = mkdtempSync(join(dirname(output), '.haos-join-'));
  try {
    const layout = join(work, 'layout');
    mkdirSync(layout);
    const images = archives.map((archive) => addArchive(layout, archive));
    checkImages(images);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.index,
      manifests: images.map(({ manifest, platform }) => ({ ...manifest, platform })),
    });
    const digest = sha256(index);
    writeFileSync(join(layout, 'blobs/sha256', digest), index);
    const annotations = images[0]?.annotations;
    const joined = {
      mediaType: MEDIA_TYPES.index,
      digest: `sha256:${digest}`,
      size: index.length,
      annotations,
    };
    writeFileSync(
      join(layout, 'index.json'),
      JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [joined] }),
    );
    const packed = join(work, 'image.tar');
    execFileSync('tar', [
      '--create',
      `--file=${packed}`,
      ...reproducibleTar(0),
      `--directory=${layout}`,
      '.',
    ]);
    renameSync(packed, output);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Unpacks an archive over the others: the names of all parts are digests. */
function addArchive(layout: string, archive: string): Image {
  const read = <T>(path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8')) as T;
  try {
    // manifest.json is for docker load, which knows no index.
    execFileSync('tar', ['-xf', archive, '-C', layout, '--exclude=./manifest.json'], { stdio: 'pipe' });
    const { manifests } = read<{ manifests: [Descriptor & Partial<Pick<Image, 'annotations'>>] }>(
      'index.json',
    );
    const [{ annotations = {}, ...manifest }] = manifests;
    const { config } = read<{ config: Descriptor }>(pathOf(manifest));
    const { architecture, os } = read<Image['platform']>(pathOf(config));
    return { archive, manifest, annotations, platform: { architecture, os } };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new BuildFailure(`${archive} is not the archive of an image: ${reason}`);
  }
}

function checkImages(images: readonly Image[]): void {
  const names = new Set(images.map(({ annotations }) => annotations[NAME]));
  if (names.size > 1)
    throw new BuildFailure(
      `the archives are of different images: ${[...names].join(', ')}\nBuild them with one version.`,
    );
  for (const { archive, platform } of images) {
    const same = images.filter((other) => other.platform.architecture === platform.architecture);
    if (same.length > 1)
      throw new BuildFailure(
        `several archives are for ${platform.architecture}, such as ${archive}\nName one for each architecture.`,
      );
  }
}
