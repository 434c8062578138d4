import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createClock } from './clock.js';
import { fetchEffect, runEffect } from './effects.js';
import { createDiskStore } from './files/disk-store.js';
import { fileError, notDirectory } from './files/file-error.js';
import { createFiles } from './files/files.js';
import { checkHostname } from './kernel/hostname.js';
import { checkModule } from './kernel/module-name.js';
import { sysctlPath } from './kernel/sysctl.js';
import type { HostOptions } from './live.js';
import { createLog } from './log.js';
import { processOwner } from './process/process-owner.js';
import { createRecorder } from './recorder.js';
import type { Effect, Host, HostKernel, RunResult } from './types.js';

/** The result of a command that did not run. */
export const NOT_RUN: RunResult = { exitCode: 0, stdout: '', stderr: '', deferred: true };

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

/** Returns a kernel that is not running: it records changes and knows no values. */
export function createDeferredKernel(record: (effect: Effect) => void): HostKernel {
  return {
    hostname: () => undefined,
    setHostname(name) {
      checkHostname(name);
      record({ kind: 'set-hostname', name, before: undefined });
      return false;
    },
    sysctl: () => undefined,
    setSysctl(key, value) {
      sysctlPath(key);
      record({ kind: 'set-sysctl', key, value, before: undefined });
      return false;
    },
    hasModule: () => false,
    async loadModule(name, parameters) {
      checkModule(name);
      record({ kind: 'load-module', name, parameters });
      return false;
    },
  };
}
