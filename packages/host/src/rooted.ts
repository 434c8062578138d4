import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createClock } from './clock.js';
import { fetchEffect, NOT_RUN, runEffect } from './effects.js';
import { createDiskStore } from './files/disk-store.js';
import { fileError, notDirectory } from './files/file-error.js';
import { createFiles } from './files/files.js';
import { createDeferredKernel } from './kernel/deferred-kernel.js';
import type { HostOptions } from './live.js';
import { createLog } from './log.js';
import { processOwner } from './process/process-owner.js';
import { createRecorder } from './recorder.js';
import type { Effect, Host } from './types.js';

/**
 * Returns the host of the system whose root is the directory `root`. Files really change and
 * downloads really happen. Commands and kernel changes are only recorded, as deferred. A process
 * that is not root does not change owners. Throws HAOS_FILE_NOT_FOUND if the directory does not
 * exist, and HAOS_FILE_NOT_DIRECTORY if it is something else.
 */
export function rootedHost(root: string, { debug }: HostOptions = {}): Host {
  const { operations, record } = createRecorder();
  const deferred = (effect: Effect) => record(effect, 'deferred');
  const clock = createClock();
  const owner = processOwner();
  const store = createDiskStore(realRoot(root), { keepsOwners: owner.uid === 0, defaultOwner: owner });
  return {
    kind: 'rooted',
    files: createFiles(store, (effect) => record(effect, 'done')),
    kernel: createDeferredKernel(deferred),
    clock,
    operations,
    log: createLog(debug),
    async run(command, args, options) {
      if (!options?.readOnly) deferred(runEffect(command, args, options));
      return NOT_RUN;
    },
    async fetch(url, options) {
      const { fetchDocument } = await import('./http/fetch.js');
      const result = await fetchDocument(url, options, clock);
      record(fetchEffect(url), 'done');
      return result;
    },
  };
}

function realRoot(root: string): string {
  try {
    const real = realpathSync(resolve(root));
    if (!statSync(real).isDirectory()) throw notDirectory(root);
    return real;
  } catch (error) {
    throw fileError('use the root directory', root, error);
  }
}
