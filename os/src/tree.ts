import { lstatSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns relative paths of everything below a directory, in byte order, directories before their
 * contents.
 */
export function listTree(root: string, below = ''): string[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      return lstatSync(join(root, path)).isDirectory() ? [path, ...listTree(root, path)] : [path];
    });
}

/**
 * Gives everything in a tree one date (seconds since the epoch), so that archives of it are
 * reproducible.
 */
export function setDates(root: string, epoch: number): void {
  for (const path of listTree(root)) lutimesSync(join(root, path), epoch, epoch);
  lutimesSync(root, epoch, epoch);
}
