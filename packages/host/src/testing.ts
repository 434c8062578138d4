import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { posix } from 'node:path';
import { fetchEffect, NOT_RUN, runEffect } from './effects.js';
import { HaosError } from './errors.js';
import { createDiskStore } from './files/disk-store.js';
import { createFiles } from './files/files.js';
import { createDeferredKernel } from './kernel/deferred-kernel.js';
import { planHost } from './plan.js';
import { createRecorder } from './recorder.js';
import { createTestClock, type TestClock } from './testing/clock.js';
import { type CommandCall, createCommands, type ScriptedCommand } from './testing/commands.js';
import { createTestKernel } from './testing/kernel.js';
import { rememberOwners } from './testing/owners.js';
import { createResponses, type ScriptedResponse } from './testing/responses.js';
import { readTree, type Tree, type TreeEntry, writeTree } from './testing/tree.js';
import type { Effect, Host, HostKind } from './types.js';

export type { CommandCall, ScriptedCommand, ScriptedResponse, TestClock, Tree, TreeEntry };

export interface TestHostOptions {
  /**
   * Files that exist before the test, in addition to accounts for `root` and `rancher`, which these
   * may replace.
   */
  tree?: Readonly<Record<string, Tree>>;
  hostname?: string;
  /** Kernel settings, by dotted key; others do not exist. */
  sysctls?: Readonly<Record<string, string>>;
  /** Modules that are loaded. */
  modules?: readonly string[];
  /** Modules that cannot be loaded. */
  missingModules?: readonly string[];
  /** By command line (`rc-service sshd restart`), or by program name for all its other calls. */
  commands?: Readonly<Record<string, ScriptedCommand>>;
  /** By URL, or by `PUT URL` for a PUT. */
  responses?: Readonly<Record<string, ScriptedResponse>>;
  /** Lock files that another process holds. */
  locked?: readonly string[];
  /** Default `live`, where nothing is deferred. */
  kind?: HostKind;
}

export interface TestHost extends Host {
  readonly clock: TestClock;
  /** The directory that is the root of the target. */
  readonly root: string;
  /** Every command that ran, with its options. */
  readonly calls: readonly CommandCall[];
  /**
   * Returns everything in the target (for a plan, the real tree), by path in byte order, without
   * the root directory itself.
   */
  tree(): Record<string, TreeEntry>;
  /** Returns the scripted commands and responses that were never used. */
  unused(): string[];
  /** Removes the directory. */
  dispose(): void;
}

/**
 * Returns a host for tests: real files in a fresh directory, a kernel in memory, and a clock whose
 * waits take no time. It rejects commands and URLs that are not scripted with HAOS_TEST_UNSCRIPTED.
 * It remembers owners instead of setting them, so tests need no root.
 */
export function createTestHost(options: TestHostOptions = {}): TestHost {
  const root = fs.realpathSync(fs.mkdtempSync(posix.join(tmpdir(), 'haos-test-')));
  const owners = rememberOwners(
    createDiskStore(root, { keepsOwners: false, defaultOwner: { uid: 0, gid: 0 } }),
  );
  writeTree(owners, { ...ACCOUNTS, ...options.tree });
  const scripts = {
    commands: createCommands(options.commands),
    responses: createResponses(options.responses),
  };
  const clock = createTestClock();
  const machine = createMachine(options, { store: owners, clock, ...scripts });
  return {
    ...(options.kind === 'plan' ? planHost(machine) : machine),
    clock,
    root,
    calls: scripts.commands.calls,
    tree: () => readTree(owners),
    unused: () => [...scripts.commands.unused(), ...scripts.responses.unused()],
    dispose: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

interface Parts {
  store: ReturnType<typeof rememberOwners>;
  clock: TestClock;
  commands: ReturnType<typeof createCommands>;
  responses: ReturnType<typeof createResponses>;
}

function createMachine(options: TestHostOptions, { store, clock, commands, responses }: Parts): Host {
  const { operations, record } = createRecorder();
  const done = (effect: Effect) => record(effect, 'done');
  const isRooted = options.kind === 'rooted';
  const host: Host = {
    kind: isRooted ? 'rooted' : 'live',
    files: createFiles(store, done),
    kernel: isRooted
      ? createDeferredKernel((effect) => record(effect, 'deferred'))
      : createTestKernel(options, done),
    clock,
    operations,
    log: () => {},
    async run(command, args, runOptions) {
      const isEffect = runOptions?.readOnly !== true;
      if (isRooted) {
        if (isEffect) record(runEffect(command, args, runOptions), 'deferred');
        return NOT_RUN;
      }
      const result = commands.run(command, args, runOptions);
      if (isEffect) done(runEffect(command, args, runOptions));
      return result;
    },
    async fetch(url, fetchOptions) {
      const result = await responses.fetch(url, fetchOptions);
      done(fetchEffect(url));
      return result;
    },
    async download(url, path, { onProgress, maxBytes = Number.POSITIVE_INFINITY, ...downloadOptions } = {}) {
      const { body } = await host.fetch(url, { ...downloadOptions, maxBytes });
      host.files.write(path, body, { mode: 0o600 });
      onProgress?.(body.length, body.length);
      return { size: body.length, sha256: await host.files.digest(path) };
    },
  };
  return isRooted ? host : { ...host, lock: createTestLock(options.locked ?? []) };
}

function createTestLock(taken: readonly string[]): NonNullable<Host['lock']> {
  const held = new Set(taken);
  return async (path) => {
    if (held.has(path)) throw new HaosError('HAOS_LOCKED', `another process holds the lock ${path}`);
    held.add(path);
    return () => held.delete(path);
  };
}

const ACCOUNTS: Readonly<Record<string, Tree>> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nrancher:x:1000:1000::/home/rancher:/bin/bash\n',
  '/etc/group': 'root:x:0:\nsudo:x:27:rancher\nrancher:x:1000:\n',
  '/etc/shadow': { content: 'root:*:20000:0:99999:7:::\nrancher:*:20000:0:99999:7:::\n', mode: 0o640 },
};
