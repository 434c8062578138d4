import { lstatSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Everything below a directory, directories before what they hold, in byte order; relative paths. */
export function listTree(root: string, below = ''): string[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      return lstatSync(join(root, path)).isDirectory() ? [path, ...listTree(root, path)] : [path];
    });
}

/** Gives everything in a tree one date (seconds since the epoch): archives of it are then the same whenever they are made. */
export function setDates(root: string, epoch: number): void {
  for (const path of listTree(root)) lutimesSync(join(root, path), epoch, epoch);
  lutimesSync(root, epoch, epoch);
}
