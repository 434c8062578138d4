import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

/** Deletes everything in a tree that matches the patterns, whole directories too. */
export function trim(tree: string, patterns: readonly string[]): void {
  const found = globSync([...patterns], {
    cwd: tree,
    onlyFiles: false,
    dot: true,
    expandDirectories: false,
    followSymbolicLinks: false,
  });
  for (const path of found) rmSync(join(tree, path), { recursive: true, force: true });
}
