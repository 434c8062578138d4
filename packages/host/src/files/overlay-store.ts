import type { FileStat, Owner } from '../types.js';
import { sha256 } from './digest.js';
import { childOf, nameOf, parentOf } from './path.js';
import type { Attributes, ReadableStore, Store } from './store.js';
import { sortNames } from './store.js';

interface PlannedFile {
  type: 'file';
  stat: FileStat;
  /** Undefined: only mode and owner change; the content is that of the base. */
  content: Uint8Array | undefined;
}

interface PlannedDirectory {
  type: 'directory';
  stat: FileStat;
  /** Whether it is new and hides everything of the base. */
  opaque: boolean;
}

interface PlannedLink {
  type: 'symlink';
  stat: FileStat;
  target: string;
}

type Planned = PlannedFile | PlannedDirectory | PlannedLink | { type: 'removed' };

/** Returns a store in memory over a base that it only reads. Reads see earlier writes. */
export function createOverlayStore(base: ReadableStore, defaultOwner: Owner): Store {
  const planned = new Map<string, Planned>();

  /** Returns whether no planned entry above `path` hides the entry of the base. */
  function showsBase(path: string): boolean {
    for (let above = path; above !== '/'; ) {
      above = parentOf(above);
      const entry = planned.get(above);
      if (entry && (entry.type !== 'directory' || entry.opaque)) return false;
    }
    return true;
  }

  function lstat(path: string): FileStat | undefined {
    const entry = planned.get(path);
    if (entry) return entry.type === 'removed' ? undefined : entry.stat;
    return showsBase(path) ? base.lstat(path) : undefined;
  }

  function list(path: string): string[] {
    const own = planned.get(path);
    const opaque = own?.type === 'directory' && own.opaque;
    const names = new Set(opaque || !showsBase(path) ? [] : base.list(path));
    for (const [child, entry] of planned) {
      if (child === '/' || parentOf(child) !== path) continue;
      if (entry.type === 'removed') names.delete(nameOf(child));
      else names.add(nameOf(child));
    }
    return sortNames(names);
  }

  function forget(path: string): void {
    for (const child of planned.keys()) {
      if (child.startsWith(`${path}/`)) planned.delete(child);
    }
  }

  const statOf = (type: FileStat['type'], size: number, { mode, owner }: Attributes): FileStat => ({
    type,
    mode,
    size,
    ...(owner ?? defaultOwner),
  });

  const plannedContent = (path: string): Uint8Array | undefined => {
    const entry = planned.get(path);
    return entry?.type === 'file' ? entry.content : undefined;
  };
  const readWhole = (path: string): Uint8Array =>
    plannedContent(path) ?? base.read(path, { maxBytes: Number.POSITIVE_INFINITY });

  function nearestOfBase(path: string): string {
    return path === '/' || base.lstat(path) ? path : nearestOfBase(parentOf(path));
  }

  function moveTree(from: string, to: string): void {
    const stat = lstat(from);
    if (stat?.type === 'directory') {
      planned.set(to, { type: 'directory', stat, opaque: true });
      for (const name of list(from)) moveTree(childOf(from, name), childOf(to, name));
    } else if (stat?.type === 'symlink') {
      const entry = planned.get(from);
      const target = entry?.type === 'symlink' ? entry.target : base.readLink(from);
      planned.set(to, { type: 'symlink', stat, target });
    } else if (stat) {
      planned.set(to, { type: 'file', stat, content: readWhole(from) });
    }
  }

  return {
    keepsOwners: base.keepsOwners,
    defaultOwner,
    lstat,
    list,
    readLink(path) {
      const entry = planned.get(path);
      return entry?.type === 'symlink' ? entry.target : base.readLink(path);
    },
    read(path, options) {
      const entry = planned.get(path);
      return entry?.type === 'file' && entry.content ? entry.content.slice() : base.read(path, options);
    },
    head: (path, length) => plannedContent(path)?.slice(0, length) ?? base.head(path, length),
    readAt: (path, range) =>
      plannedContent(path)?.slice(range.offset, range.offset + range.length) ?? base.readAt(path, range),
    async digest(path, options) {
      const content = plannedContent(path);
      return content ? sha256(content) : base.digest(path, options);
    },
    freeSpace: (path) => base.freeSpace(nearestOfBase(path)),
    async copyFile(from, path, { mode, owner }) {
      const content = readWhole(from);
      planned.set(path, { type: 'file', stat: statOf('file', content.length, { mode, owner }), content });
      return { size: content.length, sha256: await sha256(content) };
    },
    move(from, path) {
      moveTree(from, path);
      forget(from);
      planned.set(from, { type: 'removed' });
    },
    writeFile(path, content, attributes) {
      planned.set(path, {
        type: 'file',
        stat: statOf('file', content.length, attributes),
        content,
      });
    },
    overwriteFile(path, content) {
      const stat = lstat(path) ?? statOf('file', content.length, { mode: 0o644, owner: undefined });
      planned.set(path, { type: 'file', stat, content });
    },
    writeAtOnce(path, content, attributes) {
      planned.set(path, {
        type: 'file',
        stat: lstat(path) ?? statOf('file', content.length, attributes),
        content,
      });
    },
    makeDirectory(path, attributes) {
      planned.set(path, { type: 'directory', stat: statOf('directory', 4096, attributes), opaque: true });
      return true;
    },
    link(path, target) {
      const stat = statOf('symlink', new TextEncoder().encode(target).length, {
        mode: 0o777,
        owner: undefined,
      });
      planned.set(path, { type: 'symlink', stat, target });
    },
    remove(path) {
      forget(path);
      planned.set(path, { type: 'removed' });
    },
    setAttributes(path, { mode, owner }) {
      const before = lstat(path);
      if (!before) return;
      const stat = { ...before, mode, ...owner };
      const entry = planned.get(path);
      if (entry && entry.type !== 'removed') planned.set(path, { ...entry, stat });
      else if (before.type === 'directory') planned.set(path, { type: 'directory', stat, opaque: false });
      else planned.set(path, { type: 'file', stat, content: undefined });
    },
  };
}
