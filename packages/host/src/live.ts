import { createClock } from './clock.js';
import { fetchEffect, runEffect } from './effects.js';
import { createDiskStore } from './files/disk-store.js';
import { createFiles } from './files/files.js';
import { createKernel } from './kernel/kernel.js';
import { createLog } from './log.js';
import { processOwner } from './process/process-owner.js';
import { createRecorder } from './recorder.js';
import type { Effect, Host } from './types.js';

export interface HostOptions {
  /** The value of the environment variable DEBUG. Default: no debug lines. */
  debug?: string;
}

/** Returns the host of the running machine. Every effect really happens; most changes need root. */
export function liveHost({ debug }: HostOptions = {}): Host {
  const { operations, record } = createRecorder();
  const done = (effect: Effect) => record(effect, 'done');
  const clock = createClock();
  // Loaded at first use: most starts neither run commands nor download.
  const runCommand: Host['run'] = async (...call) => (await import('./process/run.js')).runCommand(...call);
  return {
    kind: 'live',
    files: createFiles(createDiskStore('/', { keepsOwners: true, defaultOwner: processOwner() }), done),
    kernel: createKernel({ record: done, run: runCommand }),
    clock,
    operations,
    log: createLog(debug),
    async run(command, args, options) {
      const result = await runCommand(command, args, options);
      if (!options?.readOnly) done(runEffect(command, args, options));
      return result;
    },
    async fetch(url, options) {
      const { fetchDocument } = await import('./http/fetch.js');
      const result = await fetchDocument(url, options, clock);
      done(fetchEffect(url));
      return result;
    },
    async download(url, path, options) {
      const { downloadFile } = await import('./http/download.js');
      const result = await downloadFile(url, path, options, clock);
      done(fetchEffect(url));
      return result;
    },
    lock: async (path) => (await import('./process/lock-file.js')).lockFile(path),
  };
}
