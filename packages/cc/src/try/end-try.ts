import { HaosError, type Host, isHaosError, withLock } from '@haos/host';
import { layout } from '@haos/system';
import type { ApplyOptions } from '../apply/run.js';
import { type RunPhaseResult, runPhase } from '../apply/run-phase.js';
import type { CcErrorCode } from '../errors.js';
import {
  type ConfigTry,
  endTry,
  isExpired,
  isOpen,
  type RevertReason,
  readTry,
  restoreFile,
  writeTry,
} from './config-try.js';

/**
 * Ends the trial of a file, which stays. Throws HAOS_CC_TRY_NONE if no file is on trial, or its
 * revert has begun.
 */
export function confirmTry(host: Host): Promise<ConfigTry> {
  return withLock(host, layout.configTryLock, () => {
    const trial = readTry(host);
    if (trial?.state !== 'pending') throw noTry(trial);
    return endTry(host, trial, 'confirmed');
  });
}

export interface RevertOptions
  extends Pick<ApplyOptions, 'onOutput' | 'onBegin' | 'onStep' | 'signal' | 'fetchBudget'> {
  host: Host;
  /**
   * Only if the trial has expired or its revert was interrupted, as the node does every minute.
   * Then the node also reboots if a network of the trial stays until the next boot, or if another
   * configuration has kept the lock for three attempts. Default false.
   */
  expired?: boolean;
}

export interface Reverted {
  trial: ConfigTry;
  /** The runtime phase with the previous file; undefined if it could not run before the reboot. */
  result: RunPhaseResult | undefined;
  isRebooting: boolean;
}

/** A revert that cannot be applied so often is left to a boot. */
const ATTEMPTS = 3;

/**
 * Restores the file that was there before the trial and the kernel settings, and runs the runtime
 * phase. Killed at any moment, the next call continues. Returns undefined if nothing has expired.
 * Throws HAOS_CC_TRY_NONE if no file is on trial, and HAOS_LOCKED.
 */
export function revertTry(options: RevertOptions): Promise<Reverted | undefined> {
  const { host } = options;
  return withLock(host, layout.configTryLock, () => revertLocked(options));
}

async function revertLocked({
  host,
  expired = false,
  ...options
}: RevertOptions): Promise<Reverted | undefined> {
  const found = readTry(host);
  if (!isOpen(found)) {
    if (expired) return undefined;
    throw noTry(found);
  }
  if (expired && found.state === 'pending' && !isExpired(found, host)) return undefined;
  const trial = beginRevert(host, found, expired ? 'expired' : 'asked');
  restoreFile(host, trial);
  restoreSysctls(host, trial);
  const result = await applyPrevious(host, trial, options);
  const isRebooting = expired && (result === undefined || trial.needBoot.includes('haos.network'));
  // Before the trial ends: if this is killed in between, the next boot ends it.
  if (isRebooting) await host.run('reboot', []);
  return { trial: endTry(host, trial, 'reverted'), result, isRebooting };
}

function beginRevert(host: Host, found: ConfigTry, reason: RevertReason): ConfigTry {
  const attempts = found.attempts + 1;
  const trial: ConfigTry = { reason, ...found, state: 'reverting', attempts };
  writeTry(host, trial);
  return trial;
}

/** Undefined: another configuration does not end, so that a boot has to apply this one. */
async function applyPrevious(
  host: Host,
  { attempts, reason }: ConfigTry,
  options: Omit<RevertOptions, 'host' | 'expired'>,
): Promise<RunPhaseResult | undefined> {
  try {
    return await runPhase({ ...options, host, phase: 'runtime' });
  } catch (error) {
    if (!isHaosError(error, 'HAOS_LOCKED') || reason === 'asked' || attempts < ATTEMPTS) throw error;
    return undefined;
  }
}

function restoreSysctls({ kernel, log }: Host, { sysctls }: ConfigTry): void {
  for (const [key, value] of Object.entries(sysctls)) {
    try {
      kernel.setSysctl(key, value);
    } catch (error) {
      if (!isHaosError(error)) throw error;
      log('try', error.message);
    }
  }
}

function noTry(trial: ConfigTry | undefined): HaosError<CcErrorCode> {
  const message =
    trial?.state === 'reverting'
      ? `config.d/${trial.name} is being reverted`
      : trial === undefined
        ? 'no configuration is on trial'
        : `no configuration is on trial; config.d/${trial.name} was ${trial.state}`;
  return new HaosError<CcErrorCode>('HAOS_CC_TRY_NONE', message, {
    hint: 'Try one with `haos config put NAME FILE --apply --try 3m`.',
  });
}
