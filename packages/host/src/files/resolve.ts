import { HaosError } from '../errors.js';
import { childOf, parentOf } from './path.js';
import type { ReadableStore } from './store.js';

/** The limit of the kernel: path_resolution(7). */
const MAX_LINKS = 40;

export interface ResolveOptions {
  /**
   * Whether to follow a link in the last component. A link before a final slash is always followed.
   */
  followLast: boolean;
}

/**
 * Resolves a path in the target. Follows every link in its directories as if the store's root were
 * `/`, so `..` and absolute links end at that root. Appends components that do not exist as
 * written. Throws HAOS_FILE_PATH for a path that is not absolute or contains a NUL,
 * HAOS_FILE_LINK_LOOP after 40 links.
 */
export function resolvePath(
  store: Pick<ReadableStore, 'lstat' | 'readLink'>,
  path: string,
  { followLast }: ResolveOptions,
): string {
  checkPath(path);
  const todo = path.split('/').reverse();
  const follow = followLast || path.endsWith('/');
  let resolved = '/';
  let links = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      resolved = parentOf(resolved);
      continue;
    }
    const next = childOf(resolved, name);
    const isLast = todo.every((rest) => rest === '');
    if ((isLast && !follow) || store.lstat(next)?.type !== 'symlink') {
      resolved = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new HaosError('HAOS_FILE_LINK_LOOP', `too many symbolic links in ${path}`);
    const target = store.readLink(next);
    if (target.startsWith('/')) resolved = '/';
    todo.push(...target.split('/').reverse());
  }
  return resolved;
}

function checkPath(path: string): void {
  if (!path.startsWith('/')) {
    throw new HaosError('HAOS_FILE_PATH', `not an absolute path: ${JSON.stringify(path)}`, {
      hint: 'Give the path from the root of the target system.',
    });
  }
  if (path.includes('\0')) throw new HaosError('HAOS_FILE_PATH', 'a path cannot contain a NUL character');
}
