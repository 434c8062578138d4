import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVersions } from '../../os/src/versions.js';
import { unpackPackages } from './debian-packages.js';
import { ROOT } from './paths.js';

const CACHE = join(ROOT, '.cache/tests/vm');

/** Programs that run containers, and their libraries that the image lacks. */
const PROGRAMS = ['usr/bin/containerd', 'usr/bin/containerd-shim-runc-v2', 'usr/bin/ctr', 'usr/sbin/runc'];
const PACKAGES = ['containerd', 'runc', 'containernetworking-plugins', 'libseccomp2', 'busybox-static'];

/** The name of the container image on the disk. */
export const CONTAINER_IMAGE = 'test.local/busybox:1';

/**
 * Makes a disk with Debian's container runtime and one container image, once. Only running a
 * container proves that a node has what containers need. k3s, which contains a runtime, is not in
 * the image under test.
 */
export async function makeContainerDisk(): Promise<string> {
  const { suite } = readVersions(ROOT).debian;
  const recipe = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  const disk = join(CACHE, `containers-${suite}-${recipe.digest('hex').slice(0, 16)}.ext4`);
  if (existsSync(disk)) return disk;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'haos-containers-'));
  try {
    const tree = join(work, 'tree');
    mkdirSync(tree);
    const packages = await unpackPackages(work, { suite, variant: 'extract', packages: PACKAGES });
    copyRuntime(packages, tree);
    writeImage(work, { busybox: join(packages, 'usr/bin/busybox'), archive: join(tree, 'image.tar') });
    const made = `${disk}.${process.pid}`; // two scenarios may do this at once
    execFileSync('mkfs.ext4', ['-q', '-L', 'CONTAINERS', '-d', tree, made, '300M']);
    renameSync(made, disk);
  } finally {
    rmSync(work, { recursive: true });
  }
  return disk;
}

function copyRuntime(packages: string, tree: string): void {
  mkdirSync(join(tree, 'bin'));
  mkdirSync(join(tree, 'lib'));
  for (const path of PROGRAMS) cpSync(join(packages, path), join(tree, 'bin', path.split('/').at(-1) ?? ''));
  cpSync(join(packages, 'usr/lib/cni'), join(tree, 'cni'), { recursive: true });
  const seccomp = join(packages, 'usr/lib/x86_64-linux-gnu/libseccomp.so.2');
  cpSync(seccomp, join(tree, 'lib/libseccomp.so.2'), { dereference: true });
}

/**
 * Writes a container image with one layer and a static busybox, as an archive in the OCI image
 * layout.
 */
function writeImage(work: string, { busybox, archive }: { busybox: string; archive: string }): void {
  const layout = join(work, 'layout');
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const describe = (content: Buffer, mediaType: string) => {
    const digest = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(blobs, digest), content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const kind = (name: string) => `application/vnd.oci.image.${name}`;
  const layer = readFileSync(packLayer(work, busybox));
  const diff = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: [diff] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: kind('manifest.v1+json'),
    config: describe(json(config), kind('config.v1+json')),
    layers: [describe(layer, kind('layer.v1.tar'))],
  };
  const annotations = { 'io.containerd.image.name': CONTAINER_IMAGE };
  const entry = { ...describe(json(manifest), kind('manifest.v1+json')), annotations };
  writeFileSync(join(layout, 'index.json'), json({ schemaVersion: 2, manifests: [entry] }));
  writeFileSync(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  execFileSync('tar', ['-cf', archive, '-C', layout, '.']);
}

function packLayer(work: string, busybox: string): string {
  const tree = join(work, 'layer');
  for (const name of ['bin', 'tmp', 'proc', 'sys', 'dev', 'etc'])
    mkdirSync(join(tree, name), { recursive: true });
  cpSync(busybox, join(tree, 'bin/busybox'));
  for (const name of ['sh', 'cat', 'ip', 'grep', 'mount', 'head', 'tail', 'ping'])
    symlinkSync('busybox', join(tree, 'bin', name));
  const archive = join(work, 'layer.tar');
  execFileSync('tar', ['-cf', archive, '--owner=0', '--group=0', '-C', tree, '.']);
  return archive;
}
