import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KERNEL_KINDS, type KernelKind } from '@haos/system/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeArtifacts } from './artifacts.js';
import { type DiskImage, stepOf } from './disk-images.js';
import { writeOciImage } from './oci-layout.js';
import type { SignProgram } from './secure-boot-key.js';
import type { StepContext } from './step.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-artifacts-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Places the artefacts of made-up steps; returns the output directory. */
function place(
  kernels: readonly KernelKind[],
  images: readonly DiskImage[] = [],
  sign?: SignProgram,
): string {
  const files = [
    ...['iso/haos.iso', 'tarball/rootfs.tar.gz', 'installer/install.js', 'installer/installer'],
    ...['licenses/licenses.txt', 'oci/image.tar', 'sbom/sbom.json', 'chart/chart.tgz'],
    ...images.map((format) => `${stepOf(format)}/disk.${format}`),
    'uki/loader.efi',
    ...kernels.flatMap((kind) =>
      [
        'netboot/KIND/boot.ipxe',
        'netboot/KIND/initrd',
        'kernel/KIND/tree/vmlinuz',
        'kernel/KIND/release',
        'kernel-image/KIND/kernel.squashfs',
        'uki/KIND/boot.efi',
      ].map((path) => path.replace('KIND', kind)),
    ),
  ];
  for (const path of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (!existsSync(join(root, path))) writeFileSync(join(root, path), path);
    if (path.endsWith('.raw')) truncateSync(join(root, path), 100_000_000);
  }
  const made = new Map(
    files.map((path) => path.split('/', 1)[0] ?? '').map((step) => [step, join(root, step)]),
  );
  const output = join(root, 'output');
  mkdirSync(output, { recursive: true });
  for (const name of ['haos-amd64.vhd', 'haos-boot-amd64.efi', 'haos-boot-cloud-amd64.efi'])
    writeFileSync(join(output, name), 'of an earlier build');
  const options = { version: 'v1', imageName: 'haos', cache: root, output, kernels, images } as const;
  placeArtifacts(made, { ...options, architecture: 'amd64' }, sign);
  return output;
}

/** Makes the container image, as the step `oci` does. */
async function makeContainerImage(): Promise<void> {
  const [out, tree] = [join(root, 'oci'), join(root, 'tree')];
  mkdirSync(join(tree, 'haos'), { recursive: true });
  mkdirSync(out);
  const context = {
    ...{ out, epoch: 0, options: { architecture: 'amd64' } },
    run: async (program: string, args: readonly string[]) => void execFileSync(program, args),
  } as unknown as StepContext;
  const image = { tree, paths: ['haos'], name: 'localhost/haos:v1', tag: 'v1', config: {} };
  await writeOciImage(context, image, join(out, 'image.tar'));
}

const ofKernel = (output: string) => readdirSync(output).filter((name) => /initrd|vmlinuz|kernel/.test(name));

it('a release that was kept by hard links stays as it is', () => {
  const output = place(['cloud']);
  const kept = join(root, 'kept');
  mkdirSync(kept);
  const names = readdirSync(output);
  for (const name of names) linkSync(join(output, name), join(kept, name));
  writeFileSync(join(root, 'iso/haos.iso'), 'the next release');

  place(['cloud']);

  expect(readFileSync(join(output, 'haos-amd64.iso'), 'utf8')).toBe('the next release');
  expect(readFileSync(join(kept, 'haos-amd64.iso'), 'utf8')).toBe('iso/haos.iso');
  for (const name of names) expect(statSync(join(kept, name)).ino).not.toBe(statSync(join(output, name)).ino);
});

it('a release has the files of both kernels, the generic one under the names without a kind', () => {
  const output = place(KERNEL_KINDS);

  expect(ofKernel(output)).toEqual([
    ...['haos-initrd-amd64', 'haos-initrd-cloud-amd64'],
    ...['haos-kernel-amd64.squashfs', 'haos-kernel-cloud-amd64.squashfs'],
    ...['haos-kernel-version-amd64', 'haos-kernel-version-cloud-amd64'],
    ...['haos-vmlinuz-amd64', 'haos-vmlinuz-cloud-amd64'],
  ]);
  expect(readFileSync(join(output, 'haos-vmlinuz-amd64'), 'utf8')).toBe('kernel/generic/tree/vmlinuz');
  const sums = readFileSync(join(output, 'sha256sum-amd64.txt'), 'utf8').trim().split('\n');
  expect(sums.map((line) => line.split('  ')[1]).sort()).toEqual(
    readdirSync(output).filter((name) => !name.startsWith('sha256sum')),
  );
});

it('the only kernel of an image has the names without a kind, also after a build with both', () => {
  place(KERNEL_KINDS);

  expect(ofKernel(place(['cloud']))).toEqual([
    ...['haos-initrd-amd64', 'haos-kernel-amd64.squashfs'],
    ...['haos-kernel-version-amd64', 'haos-vmlinuz-amd64'],
  ]);
});

it('disk images lie beside the rest, sparse and with a checksum, and old ones are removed', () => {
  const output = place(['cloud'], ['raw']);

  const image = join(output, 'haos-amd64.raw');
  const digest = createHash('sha256').update(readFileSync(image)).digest('hex');
  expect(readFileSync(join(output, 'sha256sum-amd64.txt'), 'utf8')).toContain(`${digest}  haos-amd64.raw\n`);
  expect(statSync(image).blocks * 512).toBeLessThan(10_000_000);
  expect(readdirSync(output).filter((name) => /vhd|boot/.test(name))).toEqual([]);
});

describe('programs for own keys', () => {
  const sign: SignProgram = (from, to) => writeFileSync(to, `signed ${readFileSync(from, 'utf8')}`);

  it('are signed, and have checksums', async () => {
    await makeContainerImage();
    const output = place(KERNEL_KINDS, [], sign);

    expect(readdirSync(output).filter((name) => name.endsWith('.efi'))).toEqual([
      ...['haos-boot-amd64.efi', 'haos-boot-cloud-amd64.efi', 'haos-loader-amd64.efi'],
    ]);
    const boot = readFileSync(join(output, 'haos-boot-cloud-amd64.efi'));
    expect(boot.toString()).toBe('signed uki/cloud/boot.efi');
    const digest = createHash('sha256').update(boot).digest('hex');
    const sums = readFileSync(join(output, 'sha256sum-amd64.txt'), 'utf8');
    expect(sums).toContain(`${digest}  haos-boot-cloud-amd64.efi\n`);
    expect(readdirSync(output)).not.toContain('.signed');
  });

  it('that cannot be signed leave the release of before', () => {
    const refuse = () => {
      throw new Error('the token was removed');
    };
    let signed = 0;

    expect(() => place(KERNEL_KINDS, [], (from, to) => (signed++ > 0 ? refuse() : sign(from, to)))).toThrow(
      'the token was removed',
    );
    expect(readdirSync(join(root, 'output')).sort()).toEqual([
      ...['haos-amd64.vhd', 'haos-boot-amd64.efi', 'haos-boot-cloud-amd64.efi'],
    ]);
    expect(readFileSync(join(root, 'output/haos-boot-amd64.efi'), 'utf8')).toBe('of an earlier build');
  });
});
