import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE, goBuild } from './k3s.js';

/** The image that the pods of the tests run: a static busybox. */
export const BUSYBOX_IMAGE = 'test.local/busybox:1';

/** k3s uses this name by default. This image also only sleeps. */
const PAUSE_IMAGE = 'rancher/mirrored-pause:3.10.2';

/** The controller of the manifest that HAOS ships. */
const CONTROLLER_IMAGE = 'rancher/system-upgrade-controller:v0.20.1';

const APPLETS = ['sh', 'cat', 'grep', 'httpd', 'ip', 'mount', 'ping', 'sleep', 'tail', 'wget'];

/** Returns an image archive for k3s to import: the pause image and a busybox. */
export function makeBaseImages(): string {
  const busybox = findBusybox();
  const shell = Object.fromEntries(APPLETS.map((name) => [`bin/${name}`, { link: 'busybox' }]));
  return makeArchive('busybox', [
    { name: BUSYBOX_IMAGE, files: { 'bin/busybox': busybox, ...shell }, command: ['/bin/sh'] },
    { name: PAUSE_IMAGE, files: { 'bin/busybox': busybox }, command: ['/bin/busybox', 'sleep', 'inf'] },
  ]);
}

/** Returns an image archive with the upgrade controller, which is built from Go modules once. */
export function makeControllerImage(): string {
  const program = join(CACHE, `system-upgrade-controller-${digestFiles([`${MODULE}/go.sum`])}`);
  if (!existsSync(program)) {
    goBuild('system-upgrade-controller', program, [], [], 'github.com/rancher/system-upgrade-controller');
  }
  const files = { 'bin/system-upgrade-controller': program, 'bin/busybox': findBusybox() };
  return makeArchive('controller', [
    { name: CONTROLLER_IMAGE, files, command: ['/bin/system-upgrade-controller'] },
  ]);
}

const MODULE = join(import.meta.dirname, 'system-upgrade-controller');

interface ContainerImage {
  name: string;
  /** Paths in the image, each a file of this machine or a link. */
  files: Readonly<Record<string, string | { link: string }>>;
  command: readonly string[];
}

export function digestFiles(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

/** Returns Debian's static busybox; its package is unpacked, not installed. */
function findBusybox(): string {
  const directory = join(CACHE, 'busybox');
  const program = join(directory, 'busybox');
  if (existsSync(program)) return program;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'busybox-'));
  execFileSync(
    'sh',
    ['-c', 'apt-get -o APT::Sandbox::User=root download busybox-static && dpkg-deb -x *.deb .'],
    {
      cwd: work,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const path = ['usr/bin/busybox', 'bin/busybox'].map((name) => join(work, name)).find(existsSync);
  if (path === undefined) throw new Error('the package busybox-static does not contain busybox');
  mkdirSync(directory, { recursive: true });
  renameSync(path, program);
  rmSync(work, { recursive: true });
  return program;
}

/** Returns an archive in the OCI image layout with these images, made once per content. */
function makeArchive(title: string, images: readonly ContainerImage[]): string {
  const sources = images.flatMap(({ files }) =>
    Object.values(files).filter((file) => typeof file === 'string'),
  );
  const archive = join(CACHE, `${title}-${digestFiles([import.meta.filename, ...sources])}.tar`);
  if (existsSync(archive)) return archive;
  const work = mkdtempSync(join(CACHE, 'image-'));
  try {
    const layout = join(work, 'layout');
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    const manifests = images.map((image) => addImage(work, layout, image));
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    execFileSync('tar', ['-cf', join(work, 'archive'), '-C', layout, '.']);
    renameSync(join(work, 'archive'), archive);
  } finally {
    rmSync(work, { recursive: true });
  }
  return archive;
}

function addImage(work: string, layout: string, image: ContainerImage): object {
  const kind = (name: string) => `application/vnd.oci.image.${name}`;
  const layer = readFileSync(packLayer(work, image));
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: image.command, Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: kind('manifest.v1+json'),
    config: addBlob(layout, Buffer.from(JSON.stringify(config)), kind('config.v1+json')),
    layers: [addBlob(layout, layer, kind('layer.v1.tar'))],
  };
  const blob = addBlob(layout, Buffer.from(JSON.stringify(manifest)), kind('manifest.v1+json'));
  const name = image.name.startsWith('rancher/') ? `docker.io/${image.name}` : image.name;
  return { ...blob, annotations: { 'io.containerd.image.name': name } };
}

function addBlob(layout: string, content: Buffer, mediaType: string) {
  writeFileSync(join(layout, 'blobs/sha256', sha256(content)), content);
  return { mediaType, digest: `sha256:${sha256(content)}`, size: content.length };
}

function packLayer(work: string, { files }: ContainerImage): string {
  const tree = mkdtempSync(join(work, 'layer-'));
  for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']) mkdirSync(join(tree, name));
  for (const [path, file] of Object.entries(files)) {
    const target = join(tree, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof file === 'string') copyFileSync(file, target);
    else symlinkSync(file.link, target);
  }
  execFileSync('chmod', ['-R', 'a+rX,a+x', join(tree, 'bin')]);
  const archive = `${tree}.tar`;
  execFileSync('tar', ['-cf', archive, '--owner=0', '--group=0', '--mtime=@0', '-C', tree, '.']);
  return archive;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
