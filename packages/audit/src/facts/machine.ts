import type { Host } from '@haos/host';
import { type Mount, readMounts } from '@haos/host/internal';
import { readMode } from '@haos/system';
import type { HardeningLevel } from '../check.js';
import { LEVEL_FILE } from '../hardening.js';
import { type K3sArguments, readK3sArguments } from './k3s-arguments.js';
import { type K3sFiles, readK3sFiles } from './k3s-files.js';
import { readBlockedModules } from './module-settings.js';
import type { Setting } from './settings.js';
import { readEffectiveSshd, readSshdSettings } from './sshd-settings.js';
import { readSysctlSettings } from './sysctl-settings.js';

/** What several checks look at, each read once. */
export interface Machine {
  readonly host: Host;
  /** Whether this is the running machine, not a directory tree. */
  readonly isRunning: boolean;
  readonly level: HardeningLevel;
  readonly mode: string | undefined;
  readonly mounts: readonly Mount[];
  readonly sysctlSettings: readonly Setting[];
  readonly blockedModules: readonly Setting[];
  readonly sshdSettings: readonly Setting[];
  readonly effectiveSshd: ReadonlyMap<string, string> | undefined;
  readonly k3s: K3sArguments;
  readonly k3sFiles: K3sFiles;
}

/** Reads the facts of a machine or of a directory tree. */
export async function readMachine(host: Host): Promise<Machine> {
  return {
    host,
    isRunning: host.kind === 'live',
    level: readLevel(host),
    mode: readMode(host),
    mounts: readMounts(host),
    sysctlSettings: readSysctlSettings(host),
    blockedModules: readBlockedModules(host),
    sshdSettings: readSshdSettings(host),
    effectiveSshd: await readEffectiveSshd(host),
    k3s: readK3sArguments(host),
    k3sFiles: readK3sFiles(host),
  };
}

/** Returns the level that the configuration of this boot asked for. */
function readLevel({ files }: Host): HardeningLevel {
  return files.readTextIfExists(LEVEL_FILE)?.trim() === 'strict' ? 'strict' : 'standard';
}
