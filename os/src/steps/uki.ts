import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../architecture.js';
import { packCpio } from '../cpio.js';
import { describedIn } from '../hash-tree.js';
import { readK3sRecord } from '../k3s/k3s-record.js';
import { kernelVersion } from '../kernel-version.js';
import { moduleClosure } from '../module-closure.js';
import { openApt } from '../open-apt.js';
import { copyOverlay } from '../overlay.js';
import { PCR_SECTIONS } from '../pcr-signature.js';
import { placeModule, placeProgram } from '../place-program.js';
import type { Step, StepContext } from '../step.js';

/** Debian's names of systemd's stub, which the boot image begins with, and of systemd-boot. */
const PROGRAMS: Readonly<Record<Architecture, { stub: string; loader: string }>> = {
  amd64: { stub: 'linuxx64.efi.stub', loader: 'systemd-bootx64.efi' },
  arm64: { stub: 'linuxaa64.efi.stub', loader: 'systemd-bootaa64.efi' },
};
const PROGRAMS_DIRECTORY = 'usr/lib/systemd/boot/efi';

/** As in the menu of a medium; after a panic the machine restarts. */
const ARGUMENTS: Readonly<Record<Architecture, string>> = {
  amd64: 'printk.devkmsg=on loglevel=4 panic=10 console=ttyS0,115200 console=tty1',
  arm64: 'printk.devkmsg=on loglevel=4 panic=10 console=ttyAMA0,115200 console=tty1',
};

/**
 * Makes `loader.efi`, which is systemd-boot, and `boot.efi`, in a directory for each kind of
 * kernel: a unified kernel image, which has the kernel, the initrd, and what verifies the root
 * image and the modules. They are not signed yet, so that their bytes depend on no key.
 */
export const uki: Step = {
  name: 'uki',
  title: 'boot images and boot loader for own keys',
  needs: ['userland', 'kernel', 'kernel-image', 'rootfs', 'initrd', 'k3s'],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/overlay/signed'],
  pins: ['debian'],
  settings: ['architecture', 'kernels', 'version', 'bootArguments'],
  async make(context) {
    const { of, options, out, run } = context;
    const tools = await downloadTools(context);
    const { stub, loader } = PROGRAMS[options.architecture];
    copyFileSync(join(tools, PROGRAMS_DIRECTORY, loader), join(out, 'loader.efi'));
    const words = [ARGUMENTS[options.architecture], options.bootArguments ?? ''].join(' ').trim();
    for (const kind of options.kernels) {
      const [kernel, directory] = [join(of('kernel'), kind), join(out, kind)];
      mkdirSync(directory);
      const set = [options.version, kernelVersion(of('kernel'), kind, options.version)] as const;
      await packVerity({ ...context, out: directory }, kind, set);
      // Python of the machine's Debian: another one in PATH may lack the library.
      await run('/usr/bin/python3', [
        ...[join(tools, 'usr/bin/ukify'), 'build', `--output=${join(directory, 'boot.efi')}`],
        `--stub=${join(tools, PROGRAMS_DIRECTORY, stub)}`,
        `--linux=${join(kernel, 'tree/vmlinuz')}`,
        `--uname=${readFileSync(join(kernel, 'release'), 'utf8').trim()}`,
        `--initrd=${join(of('initrd'), kind, 'initrd')}`,
        `--initrd=${join(directory, 'verity')}`,
        `--os-release=${renderBootRelease([...set, readK3sRecord(of('k3s'))?.name], imagesOf(context, kind))}`,
        `--cmdline=${words}`,
        ...Object.entries(PCR_SECTIONS).map(([name, { room }]) => `--section=${name}:${' '.repeat(room)}`),
      ]);
      rmSync(join(directory, 'verity'));
    }
    rmSync(tools, { recursive: true });
  },
};

/** Resolves to a directory with systemd's stub and ukify, of the same Debian as the image. */
async function downloadTools(context: StepContext): Promise<string> {
  const { out, run } = context;
  const work = join(out, 'work');
  mkdirSync(work);
  const apt = await openApt(context, work);
  const tools = join(out, 'tools');
  for (const name of ['systemd-boot-efi', 'systemd-ukify']) {
    const directory = join(work, name);
    mkdirSync(directory);
    await run('apt-get', [...apt, 'download', name], { cwd: directory });
    await run('sh', ['-c', 'dpkg-deb -x "$1"/*.deb "$2"', 'sh', directory, tools]);
  }
  rmSync(work, { recursive: true });
  return tools;
}

/**
 * Makes the archive `verity`, which the kernel unpacks over the usual initrd: what opens images
 * with dm-verity, and what they must be.
 */
async function packVerity(context: StepContext, kind: string, set: readonly string[]): Promise<void> {
  const { source, of, out, run } = context;
  const tree = join(out, 'tree');
  copyOverlay(source('os/overlay/signed'), tree);
  const userland = join(of('userland'), 'tree');
  await placeProgram(run, '/usr/sbin/dmsetup', { userland, tree });
  await addModules(context, kind, join(tree, 'verity/modules'));
  for (const [name, image] of Object.entries(imagesOf(context, kind)))
    copyFileSync(describedIn(image), join(tree, 'verity', name));
  writeFileSync(join(tree, 'verity/set'), `${set.join(' ')}\n`);
  writeFileSync(join(tree, 'verity/k3s'), describeK3s(of('k3s')));
  await packCpio(context, tree, join(out, 'verity.cpio'));
  await run('zstd', ['-q', '-19', '-T1', '--rm', join(out, 'verity.cpio'), '-o', join(out, 'verity')]);
  rmSync(tree, { recursive: true });
}

/** Returns the files of k3s of the release, in the format of sha256sum(1); of no k3s, no text. */
function describeK3s(directory: string): string {
  const { program, images } = readK3sRecord(directory) ?? {};
  return [program, images]
    .flatMap((file) => (file === undefined ? [] : [`${file.sha256}  ${file.path}\n`]))
    .join('');
}

/** Returns the images that a boot image verifies. */
function imagesOf({ of }: StepContext, kind: string): { rootfs: string; kernel: string } {
  return {
    rootfs: join(of('rootfs'), 'rootfs.squashfs'),
    kernel: join(of('kernel-image'), kind, 'kernel.squashfs'),
  };
}

/**
 * Returns the os-release(5) of a boot image. An upgrade reads the last five from it
 * (docs/boot-contract.md). There is no VERSION_ID: systemd-boot would sort by it, before the number
 * in the name of the file.
 */
function renderBootRelease(
  [version, kernel, k3s = '']: readonly [version: string, kernel: string, k3s: string | undefined],
  images: { rootfs: string; kernel: string },
): string {
  const describe = (image: string) => readFileSync(describedIn(image), 'utf8').trim();
  return [
    'NAME="HAOS"\nID=haos',
    `PRETTY_NAME="HAOS ${version}"`,
    `HAOS_VERSION="${version}"`,
    `HAOS_KERNEL_VERSION="${kernel}"`,
    `HAOS_K3S_VERSION="${k3s}"`,
    `HAOS_ROOTFS_VERITY="${describe(images.rootfs)}"`,
    `HAOS_KERNEL_VERITY="${describe(images.kernel)}"`,
    '',
  ].join('\n');
}

/**
 * Adds dm-verity and the modules that it needs, and the one for the variables of the firmware;
 * their names give the order of loading.
 */
async function addModules({ of, run }: StepContext, kind: string, to: string): Promise<void> {
  const kernel = join(of('kernel'), kind);
  const release = readFileSync(join(kernel, 'release'), 'utf8').trim();
  const from = join(kernel, 'tree/lib/modules', release);
  const index = readFileSync(join(from, 'modules.dep'), 'utf8');
  const names = ['dm-mod', 'dm-bufio', 'reed_solomon', 'dm-verity', 'efivarfs'];
  for (const [position, name] of names.entries()) {
    const path = moduleClosure(index, [name]).find((module) => module.includes(`/${name}.ko`));
    if (path !== undefined) await placeModule(run, join(from, path), join(to, `${position}-${name}.ko`));
  }
}
