import { posix } from 'node:path';
import { createFiles } from '../files/files.js';
import { type Store, sortNames } from '../files/store.js';

/** What to create at a path: the content of a file, or more details. */
export type Tree =
  | string
  | Uint8Array
  | { content?: string | Uint8Array; mode?: number; link?: string; directory?: boolean };

/** What is at a path. Content is text if it is valid UTF-8. */
export type TreeEntry =
  | { type: 'file'; mode: number; content: string | Uint8Array }
  | { type: 'directory'; mode: number }
  | { type: 'symlink'; target: string }
  | { type: 'other'; mode: number };

/** Creates files, directories and links. */
export function writeTree(store: Store, tree: Readonly<Record<string, Tree>>): void {
  const files = createFiles(store, () => {});
  for (const [path, entry] of Object.entries(tree)) {
    const {
      content = '',
      link,
      directory,
      mode,
    } = typeof entry === 'string' || entry instanceof Uint8Array
      ? { content: entry, link: undefined, directory: undefined, mode: undefined }
      : { link: undefined, directory: undefined, mode: undefined, ...entry };
    const attributes = mode === undefined ? {} : { mode };
    if (link !== undefined) files.link(path, link);
    else if (directory) files.makeDirectory(path, attributes);
    else files.write(path, content, attributes);
  }
}

/** Returns everything below the root, by path in byte order. */
export function readTree(store: Store): Record<string, TreeEntry> {
  const found: Record<string, TreeEntry> = {};
  const visit = (directory: string): void => {
    for (const name of sortNames(store.list(directory))) {
      const path = posix.join(directory, name);
      const entry = readEntry(store, path);
      found[path] = entry;
      if (entry.type === 'directory') visit(path);
    }
  };
  visit('/');
  return found;
}

function readEntry(store: Store, path: string): TreeEntry {
  const { type, mode } = store.lstat(path)!;
  if (type === 'symlink') return { type, target: store.readLink(path) };
  if (type !== 'file') return { type, mode };
  const content = Buffer.from(store.read(path));
  const text = content.toString('utf8');
  return { type, mode, content: Buffer.from(text).equals(content) ? text : new Uint8Array(content) };
}
