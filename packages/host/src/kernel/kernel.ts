import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { posix } from 'node:path';
import { HaosError, type HostErrorCode } from '../errors.js';
import type { Effect, HostKernel, RunOptions, RunResult } from '../types.js';
import { checkHostname } from './hostname.js';
import { canonicalModule, checkModule } from './module-name.js';
import { isSameSysctl, sysctlPath } from './sysctl.js';

export interface KernelOptions {
  record: (effect: Effect) => void;
  run: (command: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** The directory that contains `proc` and `sys`; tests use another one. Default `/`. */
  root?: string;
}

/** Returns the running kernel, read and changed through /proc and /sys. */
export function createKernel({ record, run, root = '/' }: KernelOptions): HostKernel {
  const settings = posix.join(root, 'proc/sys');
  const hostnameFile = posix.join(settings, 'kernel/hostname');

  function hasModule(name: string): boolean {
    const known = canonicalModule(name);
    if (!/^\w+$/.test(known)) return false;
    if (existsSync(posix.join(root, 'sys/module', known))) return true;
    const release = readValue(posix.join(settings, 'kernel/osrelease'));
    if (release === undefined) return false;
    const builtin = readValue(posix.join(root, 'lib/modules', release, 'modules.builtin')) ?? '';
    return builtin.split('\n').some((line) => canonicalModule(posix.basename(line, '.ko')) === known);
  }

  return {
    hostname: () => readValue(hostnameFile),
    setHostname(name) {
      checkHostname(name);
      const before = readValue(hostnameFile);
      if (before === name) return false;
      writeValue(hostnameFile, name, { code: 'HAOS_KERNEL_HOSTNAME', what: 'the host name' });
      record({ kind: 'set-hostname', name, before });
      return true;
    },
    sysctl: (key) => readValue(posix.join(settings, sysctlPath(key))),
    setSysctl(key, value) {
      const path = posix.join(settings, sysctlPath(key));
      const before = readValue(path);
      if (isSameSysctl(before, value)) return false;
      writeValue(path, value, { code: 'HAOS_KERNEL_SYSCTL', what: key });
      record({ kind: 'set-sysctl', key, value, before });
      return true;
    },
    hasModule,
    async loadModule(name, parameters) {
      checkModule(name);
      if (hasModule(name)) return false;
      // The image blocks some modules, but only for those who ask for them in passing.
      await run('modprobe', ['--ignore-install', name, ...parameters]).catch((cause: unknown) => {
        throw new HaosError('HAOS_KERNEL_MODULE', `cannot load the kernel module ${name}`, { cause });
      });
      record({ kind: 'load-module', name, parameters });
      return true;
    },
  };
}

/**
 * Returns the value without the final newline; undefined if the file does not exist or cannot be
 * read, such as a write-only one.
 */
function readValue(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '');
  } catch {
    return undefined;
  }
}

interface Failing {
  code: HostErrorCode;
  what: string;
}

/** Writes the value in one call, as the kernel requires, and never creates a file. */
function writeValue(path: string, value: string, { code, what }: Failing): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC);
    try {
      writeSync(file, `${value}\n`);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const errno = String((cause as NodeJS.ErrnoException).code);
    const problem = PROBLEMS[errno] ?? `the kernel refused the value (${errno})`;
    throw new HaosError(code, `cannot set ${what}: ${problem}`, { cause, details: { errno } });
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'this kernel does not have this setting',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'it is read-only',
};
