import type { StepContext } from './step.js';
import { listTree, setDates } from './tree.js';

/**
 * Packs a tree for the kernel (the `newc` format), owned by root. The same tree always gives the
 * same bytes.
 */
export async function packCpio({ run, epoch }: StepContext, tree: string, archive: string): Promise<void> {
  setDates(tree, epoch);
  const names = ['.', ...listTree(tree)];
  await run(
    'cpio',
    ['--quiet', '--create', '--format=newc', '--reproducible', '--owner=0:0', '--null', `--file=${archive}`],
    {
      cwd: tree,
      input: names.map((name) => `${name}\0`).join(''),
    },
  );
}
