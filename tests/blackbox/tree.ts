import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * The entry at a path: a file's content, or a description. Modes are set regardless of the umask.
 */
export type Entry =
  | string
  | Uint8Array
  | { content?: string | Uint8Array; mode?: number; owner?: readonly [uid: number, gid: number] }
  | { link: string }
  | { directory: true; mode?: number; owner?: readonly [uid: number, gid: number] };

export type Tree = Readonly<Record<string, Entry>>;

/** One line per path for comparing trees: type, mode, owner, and content or its digest. */
export type Snapshot = ReadonlyMap<string, string>;

export const IS_ROOT = process.getuid?.() === 0;

/** The files that every node has; a case adds the others. */
export const NODE: Tree = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nrancher:x:1000:1000::/home/rancher:/bin/bash\n',
  '/etc/group': 'root:x:0:\nsudo:x:27:rancher\nrancher:x:1000:\n',
  '/etc/shadow': {
    content: 'root:*:20000:0:99999:7:::\nrancher:*:20000:0:99999:7:::\n',
    mode: 0o640,
  },
  '/run': { directory: true },
  '/home/rancher': { directory: true, mode: 0o755, owner: [1000, 1000] },
};

/** Makes a new directory, which is removed at the end of the test. */
export function makeDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'haos-blackbox-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Makes the files of a tree below a directory. */
export function writeTree(root: string, tree: Tree): void {
  for (const [path, entry] of Object.entries(tree)) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    rmSync(target, { recursive: true, force: true });
    writeEntry(target, entry);
  }
}

function writeEntry(target: string, given: Entry): void {
  const entry = typeof given === 'string' || given instanceof Uint8Array ? { content: given } : given;
  if ('link' in entry) {
    symlinkSync(entry.link, target);
    return;
  }
  if ('directory' in entry) mkdirSync(target);
  else writeFileSync(target, entry.content ?? '');
  chmodSync(target, entry.mode ?? ('directory' in entry ? 0o755 : 0o644));
  if (IS_ROOT && entry.owner) chownSync(target, entry.owner[0], entry.owner[1]);
}

/**
 * Returns everything below a directory. Owners are included only if this process could have changed
 * them.
 */
export function takeSnapshot(root: string): Snapshot {
  const found = new Map<string, string>();
  const visit = (directory: string): void => {
    for (const name of readdirSync(join(root, directory)).sort()) {
      const path = join(directory, name);
      found.set(path, describeEntry(join(root, path)));
      if (lstatSync(join(root, path)).isDirectory()) visit(path);
    }
  };
  visit('/');
  return found;
}

function describeEntry(path: string): string {
  const status = lstatSync(path);
  const owner = IS_ROOT ? ` ${status.uid}:${status.gid}` : '';
  if (status.isSymbolicLink()) return `link -> ${readlinkSync(path)}`;
  const mode = (status.mode & 0o7777).toString(8).padStart(4, '0');
  if (status.isDirectory()) return `directory ${mode}${owner}`;
  if (!status.isFile()) return `special ${mode}${owner}`;
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  return `file ${mode}${owner} ${status.size} ${digest}`;
}

/** Returns the paths at which two snapshots differ, in byte order. */
export function changedPaths(before: Snapshot, after: Snapshot): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

/** Gives a whole tree to a user, links included. */
export function giveTo(root: string, uid: number): void {
  lchownSync(root, uid, uid);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true }))
    lchownSync(join(entry.parentPath, entry.name), uid, uid);
}
