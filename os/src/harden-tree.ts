import { chmodSync, existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '@haos/audit';
import { SETUID_PROGRAMS } from '@haos/audit/internal';
import { globSync } from 'tinyglobby';
import { listTree } from './tree.js';

const SETUID = 0o6000;
const PERMISSIONS = 0o7777;

/**
 * Makes the files of a root image as `haos audit` wants them: takes setuid and setgid from programs
 * that nothing justifies, and permissions from files that others need not read.
 */
export function hardenTree(tree: string): void {
  for (const path of listTree(tree)) {
    const stat = lstatSync(join(tree, path));
    if (stat.isFile() && (stat.mode & SETUID) !== 0 && !Object.hasOwn(SETUID_PROGRAMS, `/${path}`))
      chmodSync(join(tree, path), stat.mode & PERMISSIONS & ~SETUID);
  }
  for (const { look } of CHECKS) if (look.kind === 'mode') limitModes(tree, look.paths, look.mode);
}

function limitModes(tree: string, paths: readonly string[], mode: number): void {
  for (const path of paths.flatMap((pattern) => expand(tree, pattern))) {
    const now = lstatSync(path).mode & PERMISSIONS;
    if ((now & ~mode) !== 0) chmodSync(path, now & mode);
  }
}

function expand(tree: string, pattern: string): string[] {
  const inside = pattern.slice(1);
  if (inside.includes('*')) return globSync(inside, { cwd: tree, absolute: true, dot: true });
  return existsSync(join(tree, inside)) ? [join(tree, inside)] : [];
}
