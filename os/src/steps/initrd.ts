import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packCpio } from '../cpio.js';
import { moduleClosure } from '../module-closure.js';
import { copyOverlay, placeLink } from '../overlay.js';
import { readInitrdModules } from '../packages.js';
import type { Step, StepContext } from '../step.js';

const COMMON = 'usr/lib/haos/boot/common.sh';

/** `initrd`: busybox, the boot scripts, and the modules that finding a system may take. */
export const initrd: Step = {
  name: 'initrd',
  title: 'initrd',
  needs: ['userland', 'kernel'],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/overlay/initrd', `os/overlay/rootfs/${COMMON}`, 'os/packages/initrd-modules.json'],
  async make(context) {
    const { root, out, run } = context;
    const tree = join(out, 'tree');
    for (const name of ['bin', 'dev', 'etc', 'lib/haos', 'proc', 'run', 'sys'])
      mkdirSync(join(tree, name), { recursive: true });
    await addBusybox(context, tree);
    await addPrograms(context, tree);
    await addModules(context, tree);
    copyOverlay(join(root, 'os/overlay/initrd'), tree);
    copyFileSync(join(root, 'os/overlay/rootfs', COMMON), join(tree, 'lib/haos', basename(COMMON)));
    const archive = join(out, 'initrd.cpio');
    await packCpio(context, tree, archive);
    await run('zstd', ['-q', '-19', '-T1', '--rm', archive, '-o', join(out, 'initrd')]);
    rmSync(tree, { recursive: true });
  },
};

async function addBusybox({ of, run }: StepContext, tree: string): Promise<void> {
  const busybox = join(tree, 'bin/busybox');
  copyFileSync(join(of('userland'), 'tree/usr/bin/busybox'), busybox);
  chmodSync(busybox, 0o755);
  const names = (await run(busybox, ['--list']))
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox');
  for (const name of names) placeLink(join(tree, 'bin', name), 'busybox');
  placeLink(join(tree, 'sbin'), 'bin');
}

/** What busybox has not, with its libraries. */
const PROGRAMS = ['/usr/sbin/e2fsck'];

async function addPrograms({ of, run }: StepContext, tree: string): Promise<void> {
  const userland = join(of('userland'), 'tree');
  for (const program of PROGRAMS) {
    copyFileSync(join(userland, program), join(tree, 'bin', basename(program)));
    const libraries = await run('chroot', [userland, '/usr/bin/ldd', program]);
    for (const [library] of libraries.matchAll(/\/lib\S+/g)) {
      mkdirSync(join(tree, dirname(library)), { recursive: true });
      copyFileSync(join(userland, library), join(tree, library));
    }
  }
}

/** Modules are stored uncompressed: the initrd is compressed as a whole, and busybox need not unpack each. */
async function addModules({ root, of, run }: StepContext, tree: string): Promise<void> {
  const release = readFileSync(join(of('kernel'), 'release'), 'utf8').trim();
  const from = join(of('kernel'), 'tree/lib/modules', release);
  const to = join(tree, 'lib/modules', release);
  const index = readFileSync(join(from, 'modules.dep'), 'utf8');
  for (const path of moduleClosure(index, readInitrdModules(root))) {
    const target = join(to, path.replace(/\.(xz|zst)$/, ''));
    mkdirSync(dirname(target), { recursive: true });
    if (path.endsWith('.xz')) await run('sh', ['-c', 'xz -dc "$1" >"$2"', 'sh', join(from, path), target]);
    else if (path.endsWith('.zst')) await run('zstd', ['-q', '-d', join(from, path), '-o', target]);
    else copyFileSync(join(from, path), target);
    chmodSync(target, 0o644);
  }
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
  await run('depmod', ['-b', tree, release]);
}
