import { HaosError } from '../errors.js';
import type { Effect, FileStat, HostFiles, Owner, WriteFileOptions } from '../types.js';
import { notDirectory, notRegular } from './file-error.js';
import { parentOf } from './path.js';
import { createLooking, createReadFiles, guard, guardLater } from './read-files.js';
import { isSecretMode, ownerOf, snapshotAfter, snapshotBefore } from './snapshot.js';
import { type Attributes, compareBytes, hasAttributes, type Store } from './store.js';

/** Returns the files of a host over a store. Calls `record` after each change. */
export function createFiles(store: Store, record: (effect: Effect) => void): HostFiles {
  const looking = createLooking(store);
  const { at, statAt, find } = looking;
  const settable = (owner: Owner | undefined) => (store.keepsOwners && owner ? ownerOf(owner) : undefined);

  function changeAttributes(path: string, stat: FileStat, attributes: Attributes): boolean {
    if (hasAttributes(stat, attributes)) return false;
    guard('set the attributes of', path, () => store.setAttributes(path, attributes));
    record({
      kind: 'set-attributes',
      path,
      mode: attributes.mode,
      owner: attributes.owner ?? ownerOf(stat),
    });
    return true;
  }

  /** Returns false if another process created it meanwhile. */
  function makeOne(path: string, attributes: Attributes): boolean {
    if (!guard('make the directory', path, () => store.makeDirectory(path, attributes))) return false;
    const owner = attributes.owner ?? store.defaultOwner;
    record({ kind: 'make-directory', path, mode: attributes.mode, owner });
    return true;
  }

  function makeParents(path: string, mode: number): void {
    const parent = parentOf(path);
    const stat = statAt(parent);
    if (stat && stat.type !== 'directory') throw notDirectory(parent);
    if (stat) return;
    makeParents(parent, mode);
    makeOne(parent, { mode, owner: undefined });
  }

  /**
   * Returns the resolved path and the status of the file or link to replace. Throws for a
   * directory, device or socket: they are never replaced.
   */
  function replaceable(given: string): { path: string; stat: FileStat | undefined } {
    if (/(^|\/)\.{0,2}$/.test(given)) {
      throw new HaosError('HAOS_FILE_PATH', `not the path of a file: ${JSON.stringify(given)}`);
    }
    const path = at(given, { followLast: false });
    const stat = statAt(path);
    if (stat && stat.type !== 'file' && stat.type !== 'symlink') throw notRegular(given);
    return { path, stat };
  }

  function hasContent(path: string, stat: FileStat, content: Uint8Array): boolean {
    if (stat.size !== content.length) return false;
    const current = guard('read', path, () => store.read(path, { maxBytes: content.length }));
    return compareBytes(current, content) === 0;
  }

  function write(given: string, text: Uint8Array | string, options: WriteFileOptions = {}): boolean {
    const { path, stat } = replaceable(given);
    // A private copy, because a plan and the operation keep it.
    const content = typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text);
    const file = stat?.type === 'file' ? stat : undefined;
    const mode = (options.mode ?? file?.mode ?? 0o644) & 0o7777;
    if (!options.atOnce && file && hasContent(path, file, content)) {
      return changeAttributes(path, file, { mode, owner: settable(options.owner) });
    }
    const owner = settable(options.owner ?? file);
    const secret =
      options.secret === true || isSecretMode(mode) || (file !== undefined && isSecretMode(file.mode));
    const before = stat && guard('read', path, () => snapshotBefore(store, path, stat, secret));
    makeParents(path, options.directoryMode ?? 0o755);
    if (options.atOnce) {
      guard('write', path, () => store.writeAtOnce(path, content, { mode, owner }));
    } else if (options.inPlace && file?.size === content.length) {
      guard('write', path, () => store.overwriteFile(path, content));
      changeAttributes(path, file, { mode, owner });
    } else guard('write', path, () => store.writeFile(path, content, { mode, owner }));
    const after = snapshotAfter(content, mode, { owner: owner ?? store.defaultOwner, secret });
    record({ kind: 'write-file', path, before, after, secret });
    return true;
  }

  return {
    ...createReadFiles(store, looking),
    write,
    makeDirectory(given, options = {}) {
      const path = at(given, { followLast: true });
      const stat = statAt(path);
      if (stat && stat.type !== 'directory') throw notDirectory(given);
      const attributes = {
        mode: (options.mode ?? stat?.mode ?? 0o755) & 0o7777,
        owner: settable(options.owner),
      };
      if (!stat) {
        makeParents(path, 0o755);
        if (makeOne(path, attributes)) return true;
      }
      const present = stat ?? statAt(path);
      return present ? changeAttributes(path, present, attributes) : false;
    },
    link(given, target) {
      const { path, stat } = replaceable(given);
      const before =
        stat?.type === 'symlink' ? guard('read the link', path, () => store.readLink(path)) : undefined;
      if (before === target) return false;
      makeParents(path, 0o755);
      guard('link', path, () => store.link(path, target));
      record({ kind: 'link', path, target, before });
      return true;
    },
    async copy(from, to, options = {}) {
      const { path: source, stat } = find(from, { followLast: true });
      if (stat.type !== 'file') throw notRegular(from);
      const { path, stat: replaced } = replaceable(to);
      const mode = (options.mode ?? stat.mode) & 0o7777;
      const owner = settable(options.owner ?? stat);
      const secret = isSecretMode(mode);
      const before = replaced && guard('read', path, () => snapshotBefore(store, path, replaced, secret));
      makeParents(path, 0o755);
      const copied = await guardLater({ action: `copy ${from} to`, path, signal: options.signal }, () =>
        store.copyFile(source, path, { ...options, mode, owner }),
      );
      const after = { ...(owner ?? store.defaultOwner), mode, size: copied.size, content: undefined };
      record({ kind: 'write-file', path, before, after, secret });
      return copied;
    },
    move(given, to) {
      const { path: from, stat } = find(given, { followLast: false });
      const { path, stat: replaced } = replaceable(to);
      if (replaced && stat.type === 'directory') throw notRegular(to, 'a free name');
      makeParents(path, 0o755);
      guard(`move ${given} to`, path, () => store.move(from, path));
      record({ kind: 'move', path, from });
    },
    remove(given) {
      const path = at(given, { followLast: false });
      if (path === '/') throw new HaosError('HAOS_FILE_PATH', 'the root directory cannot be removed');
      const stat = statAt(path);
      if (!stat) return false;
      guard('remove', path, () => store.remove(path));
      record({ kind: 'remove', path, secret: stat.type !== 'symlink' && isSecretMode(stat.mode) });
      return true;
    },
    setAttributes(given, { mode, owner }) {
      const { path, stat } = find(given, { followLast: true });
      return changeAttributes(path, stat, { mode: (mode ?? stat.mode) & 0o7777, owner: settable(owner) });
    },
  };
}
