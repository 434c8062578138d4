import { appendHashTree } from './hash-tree.js';
import type { StepContext } from './step.js';

/** Packs a tree, so that the same tree always gives the same bytes, and appends a hash tree. */
export async function packSquashfs(
  { run, epoch }: StepContext,
  tree: string,
  { image, compression }: { image: string; compression: readonly string[] },
): Promise<void> {
  const dates = ['-mkfs-time', String(epoch), '-all-time', String(epoch)];
  await run('mksquashfs', [tree, image, '-noappend', '-no-progress', ...compression, ...dates], {
    env: { SOURCE_DATE_EPOCH: undefined },
  });
  await appendHashTree(run, image);
}
