import type { Host } from '@haos/host';
import type { Finding, ModeLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { finding, skip } from '../finding.js';

/** Checks that files belong to root and have no more permissions than the check allows. */
export function lookAtModes({ paths, mode }: ModeLook, { host }: Machine): Finding {
  const found = paths.flatMap((path) => expand(host, path));
  if (found.length === 0) return skip('there are no such files');
  const wrong = found.filter((path) => !isLimited(host, path, mode));
  if (wrong.length === 0) return finding(true, `${found.length} as expected`);
  return finding(false, wrong.map((path) => `${path} ${describe(host, path)}`).join(', '));
}

function isLimited(host: Host, path: string, mode: number): boolean {
  const stat = host.files.stat(path);
  // A tree that a user unpacked belongs to that user.
  const isOwned = stat?.uid === 0 || !host.files.keepsOwners;
  return stat !== undefined && isOwned && (stat.mode & ~mode) === 0;
}

function describe({ files }: Host, path: string): string {
  const stat = files.stat(path);
  return stat ? `${stat.mode.toString(8).padStart(4, '0')} of user ${stat.uid}` : 'missing';
}

/** Returns the existing paths of a pattern; only the last part may have `*`. */
function expand({ files }: Host, pattern: string): string[] {
  const slash = pattern.lastIndexOf('/');
  const [directory, name] = [pattern.slice(0, slash), pattern.slice(slash + 1)];
  if (!name.includes('*')) return files.stat(pattern) === undefined ? [] : [pattern];
  if (files.stat(directory)?.type !== 'directory') return [];
  const matcher = new RegExp(`^${name.split('*').map(escapePattern).join('.*')}$`);
  return files
    .list(directory)
    .filter((entry) => matcher.test(entry))
    .map((entry) => `${directory}/${entry}`)
    .filter((path) => files.stat(path)?.type === 'file');
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
}
