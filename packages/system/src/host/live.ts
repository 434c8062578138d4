import { createClock } from './clock.js';
import { createDiskStore } from './disk-store.js';
import { fetchEffect, runEffect } from './effects.js';
import { fetchDocument } from './fetch.js';
import { createFiles } from './files.js';
import { createJournal } from './journal.js';
import { createKernel } from './kernel.js';
import { lockFile } from './lock-file.js';
import { createLog } from './log.js';
import { processOwner } from './process-owner.js';
import { runCommand } from './run.js';
import type { Effect, Host } from './types.js';

export interface HostOptions {
  /** The value of the environment variable DEBUG. Default: no debug lines. */
  debug?: string;
}

/** The running machine. Everything happens; changing most of it needs root. */
export function liveHost({ debug }: HostOptions = {}): Host {
  const { operations, record } = createJournal();
  const done = (effect: Effect) => record(effect, 'done');
  const clock = createClock();
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
      const result = await fetchDocument(url, options, clock);
      done(fetchEffect(url));
      return result;
    },
    lock: lockFile,
  };
}
