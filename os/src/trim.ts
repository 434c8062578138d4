import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';

/**
 * Deletes everything in a tree that matches the patterns, whole directories too. A symbolic link is
 * deleted itself, never followed; only a pattern without wildcards finds one.
 */
export function trim(tree: string, patterns: readonly string[]): void {
  const found = globSync(
    patterns.filter((pattern) => isDynamicPattern(pattern)),
    {
      cwd: tree,
      onlyFiles: false,
      dot: true,
      expandDirectories: false,
      followSymbolicLinks: false,
    },
  );
  // globSync lists no symbolic links.
  const named = patterns.filter((pattern) => !isDynamicPattern(pattern));
  for (const path of [...found, ...named]) rmSync(join(tree, path), { recursive: true, force: true });
}
