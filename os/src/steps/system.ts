import { copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestFile } from '../digest.js';
import { readK3sRecord } from '../k3s/k3s-record.js';
import { kernelVersion } from '../kernel-version.js';
import { placeFile, placeLink } from '../overlay.js';
import type { Step } from '../step.js';
import { listTree } from '../tree.js';

const LAUNCHER = 'os/overlay/launcher/haos';

/** Makes `haos/system/` with every component, as on a medium and on a state partition. */
export const system: Step = {
  name: 'system',
  title: 'components',
  needs: ['rootfs', 'userland', 'kernel', 'kernel-image', 'initrd', 'k3s'],
  recipe: fileURLToPath(import.meta.url),
  files: [LAUNCHER],
  settings: ['version', 'kernels'],
  async make({ source, of, out, options }) {
    const haos = component(out, 'haos', options.version);
    copyFileSync(join(of('rootfs'), 'rootfs.squashfs'), join(haos, 'rootfs.squashfs'));
    // Static, because the launcher must run without libraries.
    placeFile(join(of('userland'), 'tree/usr/bin/busybox'), join(haos, 'busybox'), 0o755);
    placeFile(source(LAUNCHER), join(haos, 'haos'), 0o755);
    for (const kind of options.kernels) {
      const kernel = component(out, 'kernel', kernelVersion(of('kernel'), kind, options.version));
      copyFileSync(join(of('kernel-image'), kind, 'kernel.squashfs'), join(kernel, 'kernel.squashfs'));
      placeFile(join(of('kernel'), kind, 'tree/vmlinuz'), join(kernel, 'vmlinuz'), 0o644);
      placeFile(join(of('initrd'), kind, 'initrd'), join(kernel, 'initrd'), 0o644);
    }
    addK3s(of('k3s'), out);
    writeChecksums(join(out, 'haos/system'));
  },
};

/** Creates the directory of one version and, if it is the first one, makes it current. */
function component(out: string, name: string, version: string): string {
  const directory = join(out, 'haos/system', name, version);
  mkdirSync(directory, { recursive: true });
  const current = join(out, 'haos/system', name, 'current');
  if (!existsSync(current)) placeLink(current, version);
  return directory;
}

function addK3s(from: string, out: string): void {
  const record = readK3sRecord(from);
  if (record === undefined) return;
  cpSync(from, component(out, 'k3s', record.name), { recursive: true });
}

/** Writes `sha256sum.txt`, with which an installation verifies the medium. */
function writeChecksums(directory: string): void {
  const lines = listTree(directory)
    .filter((path) => lstatSync(join(directory, path)).isFile())
    .map((path) => `${digestFile(join(directory, path))}  ${path}\n`);
  writeFileSync(join(directory, 'sha256sum.txt'), lines.join(''));
}
