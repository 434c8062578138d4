import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootLoaderName, KERNEL_KINDS, type KernelKind } from '@haos/system/internal';
import { addLayer } from './add-layer.js';
import { digestFile } from './digest.js';
import { DISK_IMAGES, imageFileName, stepOf } from './disk-images.js';
import { kernelPart } from './kernel-part.js';
import type { Options } from './options.js';
import type { SignProgram } from './secure-boot-key.js';

/** Where an artefact comes from: a step and a file that the step makes. */
type Source = readonly [name: (architecture: string) => string, step: string, file: string];

const SOURCES: readonly Source[] = [
  [(architecture) => `haos-${architecture}.iso`, 'iso', 'haos.iso'],
  [(architecture) => `haos-rootfs-${architecture}.tar.gz`, 'tarball', 'rootfs.tar.gz'],
  [() => 'install.js', 'installer', 'install.js'],
  [(architecture) => `haos-install-linux-${forNode(architecture)}`, 'installer', 'installer'],
  [() => 'haos-operator-chart.tgz', 'chart', 'chart.tgz'],
  [() => 'haos-licenses.txt', 'licenses', 'licenses.txt'],
  [(architecture) => `haos-sbom-${architecture}.spdx.json`, 'sbom', 'sbom.json'],
];

/** Returns the artefacts of each kernel. */
function kernelSources(kernels: readonly KernelKind[]): Source[] {
  return kernels.flatMap((kind, index): Source[] => {
    const named = kernelPart(kind, index);
    return [
      [(architecture) => `haos-${named}${architecture}.ipxe`, 'netboot', `${kind}/boot.ipxe`],
      [(architecture) => `haos-initrd-${named}${architecture}`, 'netboot', `${kind}/initrd`],
      [(architecture) => `haos-vmlinuz-${named}${architecture}`, 'kernel', `${kind}/tree/vmlinuz`],
      [(architecture) => `haos-kernel-version-${named}${architecture}`, 'kernel', `${kind}/release`],
      [
        (architecture) => `haos-kernel-${named}${architecture}.squashfs`,
        'kernel-image',
        `${kind}/kernel.squashfs`,
      ],
    ];
  });
}

/** Returns the name of the boot image of a kernel for own keys, relative to a release. */
function bootImageName(kind: KernelKind, index: number, architecture: string): string {
  return `haos-boot-${kernelPart(kind, index)}${architecture}.efi`;
}

/** Returns what is signed for own keys: its name in a release, and its file. */
function listPrograms(
  uki: string,
  { architecture, kernels }: Pick<Options, 'architecture' | 'kernels'>,
): [name: string, from: string][] {
  return [
    [bootLoaderName(architecture), join(uki, 'loader.efi')],
    ...kernels.map((kind, index): [string, string] => [
      bootImageName(kind, index, architecture),
      join(uki, kind, 'boot.efi'),
    ]),
  ];
}

/** Signs programs into an empty directory, and returns their names there. */
function signPrograms(
  programs: readonly (readonly [name: string, from: string])[],
  directory: string,
  sign: SignProgram,
): string[] {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  try {
    for (const [name, from] of programs) sign(from, join(directory, name));
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
  return programs.map(([name]) => name);
}

/**
 * Places the container image; with what starts a node with own keys, which a Plan finds beside the
 * components.
 */
function placeContainerImage(image: string, target: string, programs: readonly string[]): void {
  if (programs.length === 0) copyFileSync(image, target, constants.COPYFILE_FICLONE);
  else addLayer(image, target, { files: programs, directory: 'haos/system' });
}

/** Returns Node's name of an architecture. */
function forNode(architecture: string): string {
  return architecture === 'amd64' ? 'x64' : architecture;
}

export interface Artifact {
  name: string;
  /** Bytes. */
  size: number;
  sha256: string;
}

/**
 * Copies the released files to the output directory, under their release names, with a file of
 * checksums. Signs first what starts a node with own keys, if `sign` is given: if that fails, the
 * directory keeps the release that it has.
 */
export function placeArtifacts(
  made: ReadonlyMap<string, string>,
  { architecture, kernels, images = [], output }: Options,
  sign?: SignProgram,
): Artifact[] {
  mkdirSync(output, { recursive: true });
  const signed = join(output, '.signed');
  const programs =
    sign === undefined
      ? []
      : signPrograms(listPrograms(made.get('uki') ?? '', { architecture, kernels }), signed, sign);
  const lines: string[] = [];
  const add = (name: string, place: (target: string) => void): Artifact => {
    const target = join(output, name);
    // A copy over a file would also change its other names, as those of a release that was kept.
    rmSync(target, { force: true });
    place(target);
    const sha256 = digestFile(target);
    lines.push(`${sha256}  ${name}\n`);
    return { name, size: statSync(target).size, sha256 };
  };
  const artifacts = [...SOURCES, ...kernelSources(kernels)].map(([nameOf, step, file]) =>
    add(nameOf(architecture), (target) =>
      copyFileSync(join(made.get(step) ?? '', file), target, constants.COPYFILE_FICLONE),
    ),
  );
  // Those of an earlier build with both kernels have no line in the checksums.
  for (const [nameOf] of kernelSources(KERNEL_KINDS)) {
    const name = nameOf(architecture);
    if (!artifacts.some((artifact) => artifact.name === name)) rmSync(join(output, name), { force: true });
  }
  for (const [index, kind] of KERNEL_KINDS.entries())
    rmSync(join(output, bootImageName(kind, index, architecture)), { force: true });
  rmSync(join(output, bootLoaderName(architecture)), { force: true });
  for (const name of programs) artifacts.push(add(name, (target) => renameSync(join(signed, name), target)));
  rmSync(signed, { recursive: true, force: true });
  const files = programs.map((name) => join(output, name));
  artifacts.push(
    add(`haos-oci-${architecture}.tar`, (target) =>
      placeContainerImage(join(made.get('oci') ?? '', 'image.tar'), target, files),
    ),
  );
  for (const format of DISK_IMAGES) {
    const name = imageFileName(format, architecture);
    const from = join(made.get(stepOf(format)) ?? '', `disk.${format}`);
    // One of an earlier build has no line in the checksums.
    if (!images.includes(format)) rmSync(join(output, name), { force: true });
    else artifacts.push(add(name, (target) => execFileSync('cp', ['--sparse=always', from, target])));
  }
  const checksums = join(output, checksumsName(architecture));
  rmSync(checksums, { force: true });
  writeFileSync(checksums, lines.join(''));
  return artifacts;
}

/** Returns the name of the checksum file of a release. */
export function checksumsName(architecture: string): string {
  return `sha256sum-${architecture}.txt`;
}
