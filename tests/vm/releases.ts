import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createReadStream, linkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { writeIso } from '../loop/write-iso.js';
import { makeDirectory, packSources } from './installed-disk.js';
import { nextRelease, type Release, readRelease } from './release.js';

/** The releases on the second disk, each a directory such as /run/media/good. */
export interface Releases {
  first: Release;
  /** All components are new and work. */
  good: Release;
  /** Its k3s exits right after its start. */
  restless: Release;
  /** Its root image is invalid. */
  rootless: Release;
  /** Its kernel has an unreadable initrd. */
  panicking: Release;
}

/** Makes the releases from the components of the image under test, and a disk with them. */
export function writeReleases(directory: string, system: string) {
  const first = readRelease(system);
  const releases: Releases = {
    first,
    good: nextRelease(first),
    restless: { ...first, k3s: `${first.k3s}.1` },
    rootless: { ...first, haos: 'v9.1.0' },
    panicking: { ...first, kernel: `${first.kernel}-panicking` },
  };
  const tree = join(directory, 'releases');
  const take = (
    name: keyof Releases,
    component: keyof Release,
    files: Readonly<Record<string, string | null>>,
  ) => {
    const version = releases[name][component];
    const target = makeDirectory(join(tree, name, component, version));
    symlinkSync(version, join(tree, name, component, 'current'));
    for (const [file, content] of Object.entries(files)) {
      if (content === null) linkSync(join(system, component, first[component], file), join(target, file));
      else writeFileSync(join(target, file), content, { mode: 0o755 });
    }
  };
  const whole = { 'kernel.squashfs': null, vmlinuz: null };
  take('good', 'haos', { 'rootfs.squashfs': null });
  take('good', 'k3s', { k3s: null });
  take('good', 'kernel', { ...whole, initrd: null });
  take('restless', 'haos', { 'rootfs.squashfs': null });
  take('restless', 'k3s', { k3s: '#!/bin/sh\nexit 1\n' });
  take('rootless', 'haos', { 'rootfs.squashfs': 'nothing' });
  take('panicking', 'kernel', { ...whole, initrd: 'nothing' });
  const published = publish(join(tree, 'good'), makeDirectory(join(directory, 'published')));
  const image = join(directory, 'releases.squashfs');
  packSources(image, tree);
  return { releases, image, published };
}

/** A release as published: its ISO, and the signed checksums. */
export interface Published {
  directory: string;
  /** In PEM. */
  publicKey: string;
}

function publish(system: string, directory: string): Published {
  const list = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} +'], { cwd: system });
  const tree = makeDirectory(join(directory, 'tree/haos'));
  execFileSync('cp', ['-al', system, join(tree, 'system')]);
  writeFileSync(join(tree, 'system/sha256sum.txt'), list);
  writeIso(join(directory, 'tree'), join(directory, 'haos-amd64.iso'));
  rmSync(join(directory, 'tree'), { recursive: true });
  const sums = execFileSync('sha256sum', ['haos-amd64.iso'], { cwd: directory });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(directory, 'sha256sum-amd64.txt'), sums);
  writeFileSync(join(directory, 'sha256sum-amd64.txt.sig'), sign(null, sums, privateKey));
  return { directory, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/**
 * Serves a release below `/good`, and below `/damaged` with an ISO that does not match its
 * checksums.
 */
export function serveRelease(directory: string): Promise<Server> {
  const server = createServer((request, response) => {
    const [, at, name] =
      /^\/(good|damaged)\/(haos-amd64\.iso|sha256sum-amd64[.a-z]+)$/.exec(request.url ?? '') ?? [];
    if (name === undefined) return void response.writeHead(404).end();
    if (at === 'damaged' && name.endsWith('.iso')) return void response.end('not what was signed');
    const path = join(directory, name);
    response.writeHead(200, { 'content-length': statSync(path).size });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
