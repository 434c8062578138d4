import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { RunCommand } from './command.js';
import { digestFile } from './digest.js';
import { BuildFailure } from './failure.js';

/** Bytes of a block, of the data and of the tree. */
const BLOCK = 4096;

/** Returns the path of the description of an image with a hash tree. */
export function describedIn(image: string): string {
  return `${image}.verity`;
}

/**
 * Appends a hash tree of dm-verity to an image, which a mount of the image ignores. The description
 * beside it has what the image must be: the number of its blocks, the salt, and the root of the
 * tree. There is no superblock, because nothing would verify it. The salt is a digest of the image,
 * so that the same image always gets the same tree.
 */
export async function appendHashTree(run: RunCommand, image: string): Promise<void> {
  const { size } = statSync(image);
  if (size % BLOCK !== 0) throw new BuildFailure(`${image} does not end at a block of ${BLOCK} bytes`);
  const [blocks, salt, root] = [String(size / BLOCK), digestFile(image), `${image}.root`];
  await run('veritysetup', [
    ...['format', '--no-superblock', '--hash=sha256', `--salt=${salt}`, `--root-hash-file=${root}`],
    ...[`--data-block-size=${BLOCK}`, `--hash-block-size=${BLOCK}`],
    ...[`--data-blocks=${blocks}`, `--hash-offset=${size}`, image, image],
  ]);
  writeFileSync(describedIn(image), `${blocks} ${salt} ${readFileSync(root, 'utf8').trim()}\n`);
  rmSync(root);
}
