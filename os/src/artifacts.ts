import { createHash } from 'node:crypto';
import { constants, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from './options.js';

/** Where an artefact comes from: a step and a file that the step makes. */
const SOURCES: readonly [name: (architecture: string) => string, step: string, file: string][] = [
  [(architecture) => `haos-${architecture}.iso`, 'iso', 'haos.iso'],
  [(architecture) => `haos-initrd-${architecture}`, 'netboot', 'initrd'],
  [(architecture) => `haos-vmlinuz-${architecture}`, 'kernel', 'tree/vmlinuz'],
  [(architecture) => `haos-kernel-version-${architecture}`, 'kernel', 'release'],
  [(architecture) => `haos-kernel-${architecture}.squashfs`, 'kernel-image', 'kernel.squashfs'],
  [(architecture) => `haos-rootfs-${architecture}.tar.gz`, 'tarball', 'rootfs.tar.gz'],
  [() => 'install.js', 'installer', 'install.js'],
  [(architecture) => `haos-install-linux-${forNode(architecture)}`, 'installer', 'installer'],
  [() => 'haos-licenses.txt', 'licenses', 'licenses.txt'],
  [(architecture) => `haos-oci-${architecture}.tar`, 'oci', 'image.tar'],
  [(architecture) => `haos-sbom-${architecture}.spdx.json`, 'sbom', 'sbom.json'],
];

/** Returns Node's name of an architecture. */
function forNode(architecture: string): string {
  return architecture === 'amd64' ? 'x64' : architecture;
}

export interface Artifact {
  name: string;
  /** Bytes. */
  size: number;
}

/**
 * Copies the released files to the output directory, under their release names, with a file of
 * checksums.
 */
export function placeArtifacts(
  made: ReadonlyMap<string, string>,
  { architecture, output }: Options,
): Artifact[] {
  mkdirSync(output, { recursive: true });
  const lines: string[] = [];
  const artifacts = SOURCES.map(([nameOf, step, file]) => {
    const name = nameOf(architecture);
    const target = join(output, name);
    copyFileSync(join(made.get(step) ?? '', file), target, constants.COPYFILE_FICLONE);
    const content = readFileSync(target);
    lines.push(`${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
    return { name, size: content.length };
  });
  writeFileSync(join(output, checksumsName(architecture)), lines.join(''));
  return artifacts;
}

/** Returns the name of the checksum file of a release. */
export function checksumsName(architecture: string): string {
  return `sha256sum-${architecture}.txt`;
}
