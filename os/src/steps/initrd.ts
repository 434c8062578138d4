import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packCpio } from '../cpio.js';
import { moduleClosure } from '../module-closure.js';
import { copyOverlay, placeFile, placeLink } from '../overlay.js';
import { readInitrdModules } from '../packages.js';
import { placeModule, placeProgram } from '../place-program.js';
import type { Step, StepContext } from '../step.js';
import { listTree } from '../tree.js';

/** Scripts that the initrd shares with the root. */
const SHARED = ['common.sh', 'intent.sh', 'root.sh'].map(
  (name) => `os/overlay/rootfs/usr/lib/haos/boot/${name}`,
);

/**
 * Makes `initrd`, in a directory for each kind of kernel: busybox, the boot scripts, and the
 * modules that may be needed to find a system.
 */
export const initrd: Step = {
  name: 'initrd',
  title: 'initrd',
  needs: ['userland', 'kernel'],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/overlay/initrd', ...SHARED, 'os/packages/initrd-modules.json'],
  settings: ['kernels'],
  async make(context) {
    for (const kind of context.options.kernels) {
      const kernel = join(context.of('kernel'), kind);
      await makeInitrd({ ...context, out: join(context.out, kind), kernel });
    }
  },
};

/** The context of one initrd, with the directory of its kernel. */
type InitrdContext = StepContext & { kernel: string };

async function makeInitrd(context: InitrdContext): Promise<void> {
  const { source, out, run } = context;
  const tree = join(out, 'tree');
  for (const name of ['bin', 'dev', 'etc', 'lib/haos', 'proc', 'run', 'sys'])
    mkdirSync(join(tree, name), { recursive: true });
  await addBusybox(context, tree);
  await addPrograms(context, tree);
  await addModules(context, tree);
  copyOverlay(source('os/overlay/initrd'), tree);
  for (const path of SHARED) copyFileSync(source(path), join(tree, 'lib/haos', basename(path)));
  const image = join(out, 'initrd');
  const archive = join(out, 'initrd.cpio');
  await packMicrocode(context, image);
  await packCpio(context, tree, archive);
  await run('sh', ['-c', 'zstd -q -19 -T1 -c "$1" >>"$2"', 'sh', archive, image]);
  for (const path of [tree, archive]) rmSync(path, { recursive: true });
}

async function addBusybox({ of, run }: StepContext, tree: string): Promise<void> {
  const busybox = join(tree, 'bin/busybox');
  placeFile(join(of('userland'), 'tree/usr/bin/busybox'), busybox, 0o755);
  const names = (await run(busybox, ['--list']))
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox');
  for (const name of names) placeLink(join(tree, 'bin', name), 'busybox');
  placeLink(join(tree, 'sbin'), 'bin');
}

/**
 * The kernel reads microcode from an uncompressed archive at the very beginning of the initrd.
 * Makes none if there is none.
 */
async function packMicrocode(context: InitrdContext, image: string): Promise<void> {
  const tree = join(context.out, 'microcode');
  cpSync(join(context.kernel, 'microcode'), tree, { recursive: true });
  if (listTree(tree).some((path) => path.endsWith('.bin'))) await packCpio(context, tree, image);
  rmSync(tree, { recursive: true });
}

/** Programs that busybox lacks; their libraries are added, too. */
const PROGRAMS = ['/usr/sbin/e2fsck'];

async function addPrograms({ of, run }: StepContext, tree: string): Promise<void> {
  const userland = join(of('userland'), 'tree');
  for (const program of PROGRAMS) await placeProgram(run, program, { userland, tree });
}

/**
 * Modules are stored uncompressed: the initrd is compressed as a whole, and busybox need not
 * decompress each one.
 */
async function addModules(context: InitrdContext, tree: string): Promise<void> {
  const { source, kernel, run } = context;
  const release = readFileSync(join(kernel, 'release'), 'utf8').trim();
  const from = join(kernel, 'tree/lib/modules', release);
  const to = join(tree, 'lib/modules', release);
  const index = readFileSync(join(from, 'modules.dep'), 'utf8');
  for (const path of moduleClosure(index, readInitrdModules(source))) {
    const target = join(to, path.replace(/\.(xz|zst)$/, ''));
    await placeModule(run, join(from, path), target);
    await addFirmware(context, { module: target, tree });
  }
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
  await run('depmod', ['-b', tree, release]);
}

/**
 * A driver that is loaded in the initrd requests its firmware there, and some never request it
 * again.
 */
async function addFirmware(
  { kernel, run }: InitrdContext,
  { module, tree }: { module: string; tree: string },
): Promise<void> {
  const names = (await run('modinfo', ['-F', 'firmware', module])).split('\n').filter((name) => name !== '');
  for (const name of names) {
    const from = join(kernel, 'tree/lib/firmware', name);
    if (existsSync(from)) placeFile(from, join(tree, 'lib/firmware', name)); // the target of a link
  }
}
