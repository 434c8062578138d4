import { posix } from 'node:path';
import { HaosError } from '../errors.js';
import { fileError } from './file-error.js';
import { resolvePath } from './resolve.js';
import { type Attributes, hasAttributes, type Store } from './store.js';
import type { Effect, FileSnapshot, FileStat, HostFiles, Owner, WriteFileOptions } from './types.js';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Larger contents are not kept in operations. */
const MAX_SNAPSHOT_BYTES = 1024 * 1024;

/** The files of a host over any store. `record` gets every change, after it happened. */
export function createFiles(store: Store, record: (effect: Effect) => void): HostFiles {
  const reading = createReading(store);
  const { at, directory } = reading;

  function ownerOf(owner: Owner | undefined): Owner | undefined {
    return store.keepsOwners ? owner : undefined;
  }

  function setAttributes(path: string, stat: FileStat, attributes: Attributes): boolean {
    if (hasAttributes(stat, attributes)) return false;
    guard('set the attributes of', path, () => store.setAttributes(path, attributes));
    const owner = attributes.owner ?? { uid: stat.uid, gid: stat.gid };
    record({ kind: 'set-attributes', path, mode: attributes.mode, owner });
    return true;
  }

  function makeOne(path: string, attributes: Attributes): void {
    guard('make the directory', path, () => store.makeDirectory(path, attributes));
    record({
      kind: 'make-directory',
      path,
      mode: attributes.mode,
      owner: attributes.owner ?? store.defaultOwner,
    });
  }

  function makeParents(path: string, mode: number): void {
    const parent = posix.dirname(path);
    const stat = store.lstat(parent);
    if (stat && stat.type !== 'directory') throw notDirectory(parent);
    if (stat) return;
    makeParents(parent, mode);
    makeOne(parent, { mode, owner: undefined });
  }

  function write(given: string, content: Uint8Array | string, options: WriteFileOptions = {}): boolean {
    const path = at(given, { followLast: false });
    const bytes = typeof content === 'string' ? new Uint8Array(Buffer.from(content)) : content;
    const stat = replaceable(store, path, given);
    const file = stat?.type === 'file' ? stat : undefined;
    const mode = (options.mode ?? file?.mode ?? 0o644) & 0o7777;
    const owner = ownerOf(options.owner ?? file);
    if (file && hasContent(path, file, bytes))
      return setAttributes(path, file, { mode, owner: ownerOf(options.owner) });

    const secret = options.secret === true || isSecret(mode) || (file !== undefined && isSecret(file.mode));
    const before = stat && {
      ...snapshotOf(stat),
      content: secret || !file ? undefined : snapshotContent(path, file),
    };
    makeParents(path, options.directoryMode ?? 0o755);
    guard('write', path, () => store.writeFile(path, bytes, { mode, owner: owner && ownerOnly(owner) }));
    const after: FileSnapshot = {
      ...ownerOnly(owner ?? store.defaultOwner),
      mode,
      size: bytes.length,
      content: secret || bytes.length > MAX_SNAPSHOT_BYTES ? undefined : bytes.slice(),
    };
    record({ kind: 'write-file', path, before, after, secret });
    return true;
  }

  function hasContent(path: string, stat: FileStat, bytes: Uint8Array): boolean {
    if (stat.size !== bytes.length) return false;
    const content = guard('read', path, () => store.read(path, { maxBytes: bytes.length }));
    return Buffer.compare(content, bytes) === 0;
  }

  function snapshotContent(path: string, stat: FileStat): Uint8Array | undefined {
    if (stat.size > MAX_SNAPSHOT_BYTES) return undefined;
    return guard('read', path, () => store.read(path, { maxBytes: stat.size }));
  }

  return {
    ...reading.methods,
    write,
    makeDirectory(given, options = {}) {
      const path = at(given, { followLast: true });
      const stat = store.lstat(path);
      const mode = (options.mode ?? stat?.mode ?? 0o755) & 0o7777;
      const owner = ownerOf(options.owner);
      if (stat) return setAttributes(path, directory(path), { mode, owner });
      makeParents(path, 0o755);
      makeOne(path, { mode, owner });
      return true;
    },
    link(given, target) {
      const path = at(given, { followLast: false });
      const stat = replaceable(store, path, given);
      const before = stat?.type === 'symlink' ? store.readLink(path) : undefined;
      if (before === target) return false;
      makeParents(path, 0o755);
      guard('link', path, () => store.link(path, target));
      record({ kind: 'link', path, target, before });
      return true;
    },
    remove(given) {
      const path = at(given, { followLast: false });
      if (path === '/') throw new HaosError('HAOS_FILE_PATH', 'the root directory cannot be removed');
      const stat = store.lstat(path);
      if (!stat) return false;
      guard('remove', path, () => store.remove(path));
      record({ kind: 'remove', path, secret: stat.type !== 'symlink' && isSecret(stat.mode) });
      return true;
    },
    setAttributes(given, { mode, owner }) {
      const path = at(given, { followLast: true });
      const stat = store.lstat(path);
      if (!stat) throw notFound(given);
      return setAttributes(path, stat, { mode: (mode ?? stat.mode) & 0o7777, owner: ownerOf(owner) });
    },
  };
}

/** The half of HostFiles that changes nothing. */
function createReading(store: Store) {
  const at = (path: string, options: { followLast: boolean }) =>
    guard('follow', path, () => resolvePath(store, path, options));

  function directory(path: string): FileStat {
    const stat = store.lstat(path);
    if (!stat) throw notFound(path);
    if (stat.type !== 'directory') throw notDirectory(path);
    return stat;
  }

  function read(given: string, { maxBytes = DEFAULT_MAX_BYTES }: { maxBytes?: number } = {}): Uint8Array {
    const path = at(given, { followLast: true });
    const stat = guard('read', given, () => store.lstat(path));
    if (!stat) throw notFound(given);
    if (stat.type !== 'file') throw notRegular(given);
    const content = guard('read', given, () => store.read(path, { maxBytes }));
    if (content.length <= maxBytes) return content;
    throw new HaosError('HAOS_FILE_TOO_LARGE', `${given} is larger than ${maxBytes} bytes`, {
      details: { path: given },
    });
  }

  const readText = (path: string, options?: { maxBytes?: number }) =>
    Buffer.from(read(path, options)).toString('utf8');

  const methods: Pick<
    HostFiles,
    'keepsOwners' | 'read' | 'readText' | 'readTextIfExists' | 'stat' | 'lstat' | 'list' | 'readLink'
  > = {
    keepsOwners: store.keepsOwners,
    read,
    readText,
    readTextIfExists: (path, options) =>
      store.lstat(at(path, { followLast: true })) ? readText(path, options) : undefined,
    stat: (path) => guard('look at', path, () => store.lstat(at(path, { followLast: true }))),
    lstat: (path) => guard('look at', path, () => store.lstat(at(path, { followLast: false }))),
    list(given) {
      const path = at(given, { followLast: true });
      directory(path);
      return guard('list', given, () => store.list(path));
    },
    readLink(given) {
      const path = at(given, { followLast: false });
      const stat = store.lstat(path);
      if (!stat) throw notFound(given);
      if (stat.type !== 'symlink') {
        throw new HaosError('HAOS_FILE_NOT_REGULAR', `${given} is not a symbolic link`, {
          details: { path: given },
        });
      }
      return guard('read the link', given, () => store.readLink(path));
    },
  };
  return { at, directory, methods };
}

/** What a file or link at `path` would replace; directories, devices and sockets are never replaced. */
function replaceable(store: Store, path: string, given: string): FileStat | undefined {
  if (/(^|\/)\.{0,2}$/.test(given))
    throw new HaosError('HAOS_FILE_PATH', `${given} names a directory, not a file`);
  const stat = guard('look at', path, () => store.lstat(path));
  if (stat && stat.type !== 'file' && stat.type !== 'symlink') throw notRegular(given);
  return stat;
}

function snapshotOf(stat: FileStat): Omit<FileSnapshot, 'content'> {
  return { ...ownerOnly(stat), mode: stat.mode, size: stat.size };
}

function ownerOnly({ uid, gid }: Owner): Owner {
  return { uid, gid };
}

/** Neither the group nor others may read it. */
function isSecret(mode: number): boolean {
  return (mode & 0o044) === 0;
}

function guard<T>(action: string, path: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw fileError(action, path, error);
  }
}

function notFound(path: string): HaosError {
  return new HaosError('HAOS_FILE_NOT_FOUND', `no such file: ${path}`, { details: { path } });
}

function notRegular(path: string): HaosError {
  return new HaosError('HAOS_FILE_NOT_REGULAR', `not a regular file: ${path}`, { details: { path } });
}

function notDirectory(path: string): HaosError {
  return new HaosError('HAOS_FILE_NOT_DIRECTORY', `not a directory: ${path}`, { details: { path } });
}
