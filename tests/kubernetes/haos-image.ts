import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../loop/loop-disk.js';
import { packSources } from '../vm/installed-disk.js';
import { ROOT } from '../vm/paths.js';
import { makeBaseImages } from './container-images.js';
import { CACHE, findTestK3s, type TestK3s } from './k3s.js';

/** An image of HAOS with k3s. */
export interface HaosImage {
  iso: string;
  /** The container image, as an archive. */
  oci: string;
}

/** Builds the stale parts of an image with the k3s of the tests. */
export function buildHaos({ path }: TestK3s, version: string): HaosImage {
  const output = join(CACHE, `artifacts-${version}`);
  const builder = [join(ROOT, 'os/src/main.ts'), '--kernel', 'cloud'];
  const args = [...builder, '--k3s', path, '--version', version, '--output', output];
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin/tsx'), args, { stdio: 'inherit' });
  if (status !== 0) throw new Error('the image build failed');
  return { iso: join(output, 'haos-amd64.iso'), oci: join(output, 'haos-oci-amd64.tar') };
}

/** Packs archives of container images into a disk that a node mounts where k3s imports images. */
export function packImages(directory: string, archives: readonly string[]): string {
  const disk = join(directory, 'images.squashfs');
  const tree = join(directory, 'images');
  rmSync(tree, { recursive: true, force: true });
  must('mkdir', '-p', tree);
  for (const archive of archives) must('cp', archive, tree);
  packSources(disk, tree);
  return disk;
}

/** Builds once what all Kubernetes scenarios need; the output names the k3s that they run. */
export function prepareKubernetes(): {
  k3s: TestK3s;
  haos: HaosImage;
  /** An archive of the container images that pods run. */
  images: string;
} {
  const k3s = findTestK3s();
  if (!existsSync(k3s.path)) throw new Error(`HAOS_TEST_K3S: the file ${k3s.path} does not exist`);
  console.log(
    k3s.kind === 'k3s'
      ? `Kubernetes: the k3s at ${k3s.path}`
      : 'Kubernetes: a stand-in for k3s that runs the real control plane and kubelet (HAOS_TEST_K3S=PATH takes a real one)',
  );
  return { k3s, haos: buildHaos(k3s, 'v0.1.0'), images: makeBaseImages() };
}
