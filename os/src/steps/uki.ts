import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../architecture.js';
import { packCpio } from '../cpio.js';
import { describedIn } from '../hash-tree.js';
import { moduleClosure } from '../module-closure.js';
import { openApt } from '../open-apt.js';
import { renderOsRelease } from '../os-release.js';
import { copyOverlay } from '../overlay.js';
import { placeModule, placeProgram } from '../place-program.js';
import type { Step, StepContext } from '../step.js';

/** Debian's names of systemd's stub, which becomes the program that the firmware starts. */
const STUBS: Readonly<Record<Architecture, string>> = {
  amd64: 'linuxx64.efi.stub',
  arm64: 'linuxaa64.efi.stub',
};

/** As in the menu of a medium; after a panic the machine restarts. */
const ARGUMENTS: Readonly<Record<Architecture, string>> = {
  amd64: 'printk.devkmsg=on loglevel=4 panic=10 console=ttyS0,115200 console=tty1',
  arm64: 'printk.devkmsg=on loglevel=4 panic=10 console=ttyAMA0,115200 console=tty1',
};

/**
 * Makes `boot.efi`, in a directory for each kind of kernel: a unified kernel image, which the
 * firmware starts without a boot loader. It has the kernel, the initrd, and what verifies the root
 * image and the modules. It is not signed yet, so that its bytes depend on no key.
 */
export const uki: Step = {
  name: 'uki',
  title: 'boot images for own keys',
  needs: ['userland', 'kernel', 'kernel-image', 'rootfs', 'initrd'],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/overlay/signed'],
  pins: ['debian'],
  settings: ['architecture', 'kernels', 'version', 'bootArguments'],
  async make(context) {
    const { of, options, out, run } = context;
    const tools = await downloadTools(context);
    const words = [ARGUMENTS[options.architecture], options.bootArguments ?? ''].join(' ').trim();
    for (const kind of options.kernels) {
      const [kernel, directory] = [join(of('kernel'), kind), join(out, kind)];
      mkdirSync(directory);
      await packVerity({ ...context, out: directory }, kind);
      // Python of the machine's Debian: another one in PATH may lack the library.
      await run('/usr/bin/python3', [
        ...[join(tools, 'usr/bin/ukify'), 'build', `--output=${join(directory, 'boot.efi')}`],
        `--stub=${join(tools, 'usr/lib/systemd/boot/efi', STUBS[options.architecture])}`,
        `--linux=${join(kernel, 'tree/vmlinuz')}`,
        `--uname=${readFileSync(join(kernel, 'release'), 'utf8').trim()}`,
        `--initrd=${join(of('initrd'), kind, 'initrd')}`,
        `--initrd=${join(directory, 'verity')}`,
        `--os-release=${renderOsRelease(options.version)}`,
        `--cmdline=${words}`,
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
async function packVerity(context: StepContext, kind: string): Promise<void> {
  const { source, of, out, run } = context;
  const tree = join(out, 'tree');
  copyOverlay(source('os/overlay/signed'), tree);
  const userland = join(of('userland'), 'tree');
  await placeProgram(run, '/usr/sbin/dmsetup', { userland, tree });
  await addModules(context, kind, join(tree, 'verity/modules'));
  const images = {
    rootfs: join(of('rootfs'), 'rootfs.squashfs'),
    kernel: join(of('kernel-image'), kind, 'kernel.squashfs'),
  };
  for (const [name, image] of Object.entries(images))
    copyFileSync(describedIn(image), join(tree, 'verity', name));
  await packCpio(context, tree, join(out, 'verity.cpio'));
  await run('zstd', ['-q', '-19', '-T1', '--rm', join(out, 'verity.cpio'), '-o', join(out, 'verity')]);
  rmSync(tree, { recursive: true });
}

/** Adds dm-verity and the modules that it needs; their names give the order of loading. */
async function addModules({ of, run }: StepContext, kind: string, to: string): Promise<void> {
  const kernel = join(of('kernel'), kind);
  const release = readFileSync(join(kernel, 'release'), 'utf8').trim();
  const from = join(kernel, 'tree/lib/modules', release);
  const index = readFileSync(join(from, 'modules.dep'), 'utf8');
  const names = ['dm-mod', 'dm-bufio', 'reed_solomon', 'dm-verity'];
  for (const [position, name] of names.entries()) {
    const path = moduleClosure(index, [name]).find((module) => module.includes(`/${name}.ko`));
    if (path !== undefined) await placeModule(run, join(from, path), join(to, `${position}-${name}.ko`));
  }
}
