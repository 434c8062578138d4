import { createClock } from './clock.js';
import { NOT_RUN, runEffect } from './effects.js';
import { notFound } from './files/file-error.js';
import { createFiles } from './files/files.js';
import { createOverlayStore } from './files/overlay-store.js';
import type { ReadableStore } from './files/store.js';
import { httpError } from './http/http-error.js';
import { createDeferredKernel } from './kernel/deferred-kernel.js';
import { createRecorder } from './recorder.js';
import type { Effect, Host } from './types.js';

const ROOT = { uid: 0, gid: 0 };

/**
 * Returns the host of a system that exists in memory only, and works in browsers. Like
 * `rootedHost`: files change, commands and kernel changes are recorded as deferred. It has no
 * network, so downloads throw HAOS_HTTP_FAILED. `files` has the contents of the first files by
 * absolute path; they belong to root and have the mode 0644. Throws HAOS_FILE_PATH for another
 * path.
 */
export function memoryHost(files: Readonly<Record<string, string | Uint8Array>> = {}): Host {
  const { operations, record } = createRecorder();
  const deferred = (effect: Effect) => record(effect, 'deferred');
  const store = createOverlayStore(EMPTY, ROOT);
  const unrecorded = createFiles(store, () => {});
  for (const [path, content] of Object.entries(files)) unrecorded.write(path, content);
  return {
    kind: 'rooted',
    files: createFiles(store, (effect) => record(effect, 'done')),
    kernel: createDeferredKernel(deferred),
    clock: createClock(),
    operations,
    log: () => {},
    async run(command, args, options) {
      if (!options?.readOnly) deferred(runEffect(command, args, options));
      return NOT_RUN;
    },
    async fetch(url) {
      throw httpError('HAOS_HTTP_FAILED', url, 'a host in memory has no network');
    },
  };
}

/** A root directory with nothing in it. */
const EMPTY: ReadableStore = {
  keepsOwners: true,
  lstat: (path) => (path === '/' ? { type: 'directory', mode: 0o755, size: 4096, ...ROOT } : undefined),
  list: () => [],
  freeSpace: () => Number.MAX_SAFE_INTEGER,
  read: refuse,
  head: refuse,
  readAt: refuse,
  readLink: refuse,
  digest: refuse,
};

/** Never called: the files check that a path exists before they read it. */
function refuse(path: string): never {
  throw notFound(path);
}
