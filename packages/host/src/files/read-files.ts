import { utf8 } from '../bytes.js';
import { HaosError } from '../errors.js';
import type { FileStat, HostFiles } from '../types.js';
import { fileError, notDirectory, notFound, notRegular } from './file-error.js';
import { resolvePath } from './resolve.js';
import type { ReadableStore } from './store.js';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** The methods of HostFiles that change nothing. */
type ReadFiles = Pick<
  HostFiles,
  | 'keepsOwners'
  | 'read'
  | 'readText'
  | 'readTextIfExists'
  | 'head'
  | 'readAt'
  | 'digest'
  | 'freeSpace'
  | 'stat'
  | 'lstat'
  | 'list'
  | 'readLink'
>;

/** Looks at a store and converts system errors to HaosErrors. */
export interface Looking {
  /** The resolved path. */
  at(path: string, options: { followLast: boolean }): string;
  /** Returns the status at a resolved path. */
  statAt(path: string): FileStat | undefined;
  /** Returns the resolved path and its status; throws HAOS_FILE_NOT_FOUND. */
  find(path: string, options: { followLast: boolean }): { path: string; stat: FileStat };
}

export function createLooking(store: ReadableStore): Looking {
  const at: Looking['at'] = (path, options) => guard('follow', path, () => resolvePath(store, path, options));
  const statAt: Looking['statAt'] = (path) => guard('look at', path, () => store.lstat(path));
  return {
    at,
    statAt,
    find(given, options) {
      const path = at(given, options);
      const stat = statAt(path);
      if (!stat) throw notFound(given);
      return { path, stat };
    },
  };
}

export function createReadFiles(store: ReadableStore, { at, statAt, find }: Looking): ReadFiles {
  /** Returns the resolved path of a regular file. */
  function regular(given: string): string {
    const { path, stat } = find(given, { followLast: true });
    if (stat.type !== 'file') throw notRegular(given);
    return path;
  }

  function read(given: string, { maxBytes = DEFAULT_MAX_BYTES }: { maxBytes?: number } = {}): Uint8Array {
    const path = regular(given);
    const content = guard('read', given, () => store.read(path, { maxBytes }));
    if (content.length <= maxBytes) return content;
    throw new HaosError('HAOS_FILE_TOO_LARGE', `${given} is larger than ${maxBytes} bytes`, {
      details: { path: given },
    });
  }

  function readText(path: string, options?: { maxBytes?: number }): string {
    return utf8(read(path, options));
  }

  return {
    keepsOwners: store.keepsOwners,
    read,
    readText,
    readTextIfExists: (path, options) =>
      statAt(at(path, { followLast: true })) ? readText(path, options) : undefined,
    head(given, length) {
      const path = regular(given);
      return guard('read', given, () => store.head(path, length));
    },
    readAt(given, range) {
      const { path, stat } = find(given, { followLast: true });
      if (stat.type === 'directory') throw notRegular(given);
      return guard('read', given, () => store.readAt(path, range));
    },
    digest: async (given, options) => {
      const path = regular(given);
      return guardLater({ action: 'read', path: given, signal: options?.signal }, () =>
        store.digest(path, options),
      );
    },
    freeSpace(given) {
      const { path } = find(given, { followLast: true });
      return guard('look at', given, () => store.freeSpace(path));
    },
    stat: (path) => statAt(at(path, { followLast: true })),
    lstat: (path) => statAt(at(path, { followLast: false })),
    list(given) {
      const { path, stat } = find(given, { followLast: true });
      if (stat.type !== 'directory') throw notDirectory(given);
      return guard('list', given, () => store.list(path));
    },
    readLink(given) {
      const { path, stat } = find(given, { followLast: false });
      if (stat.type !== 'symlink') throw notRegular(given, 'a symbolic link');
      return guard('read the link', given, () => store.readLink(path));
    },
  };
}

/**
 * Calls `attempt` and converts what it throws to a HaosError that names the action and the path.
 */
export function guard<T>(action: string, path: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw fileError(action, path, error);
  }
}

/** Does the same for a long operation. If the signal ended it, rethrows the reason unchanged. */
export async function guardLater<T>(
  { action, path, signal }: { action: string; path: string; signal: AbortSignal | undefined },
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw fileError(action, path, error);
  }
}
