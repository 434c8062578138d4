import { HaosError, type Host, planHost, withLock } from '@haos/host';
import { base64, sha256 } from '@haos/host/internal';
import { layout } from '@haos/system';
import { keysForNextBoot } from '../apply/next-boot.js';
import { hasErrors } from '../config.js';
import type { CcErrorCode } from '../errors.js';
import type { CloudConfig } from '../generated/types.js';
import { configPath, deleteConfig, putConfig } from '../sources/put.js';
import { readConfig } from '../sources/read.js';
import { type ValidationReport, validate } from '../validate.js';
import { type ConfigTry, isOpen, readBootClock, readTry, writeTry } from './config-try.js';

export interface TryOptions {
  /** The file in `config.d`. */
  name: string;
  /** Undefined: the removal of the file is tried. */
  content: Uint8Array | undefined;
  /** Seconds until the node restores the previous file. */
  duration: number;
}

export interface TryReport extends ValidationReport {
  /** Whether the file changed; if not, nothing is on trial. */
  changed: boolean;
  trial: ConfigTry | undefined;
}

/**
 * Writes a file of `config.d`, or removes it, until `duration` is over: if nobody has called
 * `confirmTry` by then, `revertTry` restores the previous file. The node calls it every minute, and
 * at boot. Does not apply the file. Writes nothing if the file has errors; see `issues`. Throws
 * HAOS_CC_TRY_PENDING if another trial is not over, HAOS_CC_PUT_NAME, and HAOS_FILE_*.
 */
export function tryConfig(host: Host, options: TryOptions): Promise<TryReport> {
  return withLock(host, layout.configTryLock, () => tryLocked(host, options));
}

async function tryLocked(host: Host, { name, content, duration }: TryOptions): Promise<TryReport> {
  requireNoTry(host);
  const path = configPath(host, name);
  const report = validate(content === undefined ? [] : { source: 'config.d', file: path, content });
  if (hasErrors(report.issues)) return { ...report, changed: false, trial: undefined };
  const previous = host.files.lstat(path) ? host.files.read(path) : undefined;
  if (isSame(previous, content)) return { ...report, changed: false, trial: undefined };
  const change = await compare(host, { name, content });
  const { bootId, uptime } = readBootClock(host);
  const trial: ConfigTry = {
    version: 1,
    id: crypto.randomUUID(),
    state: 'pending',
    name,
    path,
    digest: content === undefined ? null : await sha256(content),
    previous: previous === undefined ? null : base64(previous),
    duration,
    expires: host.clock.now() + duration * 1000,
    bootId,
    deadline: uptime === null ? null : uptime + duration,
    boots: 0,
    attempts: 0,
    sysctls: sysctlsBefore(host, change),
    needBoot: keysForNextBoot(change.after, change.before),
  };
  // First the record: whatever is killed after it can be reverted.
  writeTry(host, trial);
  place(host, name, content);
  return { ...report, changed: true, trial };
}

/**
 * Throws HAOS_CC_TRY_PENDING if a trial is not over. With a name, only the trial of that file
 * counts: its revert would undo the next change.
 */
export function requireNoTry(host: Host, name?: string): void {
  const trial = readTry(host);
  if (!isOpen(trial) || (name !== undefined && name !== trial.name)) return;
  throw new HaosError<CcErrorCode>(
    'HAOS_CC_TRY_PENDING',
    `config.d/${trial.name} is on trial until ${new Date(trial.expires).toISOString()}`,
    { hint: 'Keep it with `haos config confirm`, or restore the previous file with `haos config revert`.' },
  );
}

function place(host: Host, name: string, content: Uint8Array | undefined): void {
  if (content === undefined) deleteConfig(host, name);
  else putConfig(host, name, content);
}

interface Change {
  before: CloudConfig;
  after: CloudConfig;
}

/** Reads the configuration of the node without and with the file. */
async function compare(host: Host, { name, content }: Omit<TryOptions, 'duration'>): Promise<Change> {
  const planned = planHost(host);
  place(planned, name, content);
  return { before: (await readConfig(host)).config, after: (await readConfig(planned)).config };
}

function sysctlsBefore({ kernel }: Host, { before, after }: Change): Record<string, string> {
  const old = before.haos?.sysctls ?? {};
  const changed = Object.entries(after.haos?.sysctls ?? {}).filter(([key, value]) => old[key] !== value);
  return Object.fromEntries(
    changed.flatMap(([key]) => {
      const value = settingOf(kernel, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** Undefined for a key that is no kernel setting, which applying reports. */
function settingOf(kernel: Host['kernel'], key: string): string | undefined {
  try {
    return kernel.sysctl(key);
  } catch {
    return undefined;
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
