import { type Host, isHaosError } from '@haos/host';
import { fromBase64 } from '@haos/host/internal';
import { layout } from '@haos/system';

/**
 * Why a tried file was reverted: its time was over without a confirmation, the node booted without
 * one, or `haos config revert` asked for it.
 */
export type RevertReason = 'expired' | 'booted' | 'asked';

/** A file of `config.d` on trial, as it is kept on the disk. */
export interface ConfigTry {
  version: 1;
  /** Tells this trial from every other. */
  id: string;
  /**
   * `pending`: the file is tried. `reverting`: the previous file is being restored. `reverted` and
   * `confirmed`: the trial is over.
   */
  state: 'pending' | 'reverting' | 'reverted' | 'confirmed';
  /** The file in `config.d`. */
  name: string;
  path: string;
  /** SHA-256 of the tried content in lower-case hex; null: the removal of the file is tried. */
  digest: string | null;
  /** The previous content in base64; null: there was no file. Kept until the trial is over. */
  previous: string | null;
  /** Seconds. */
  duration: number;
  /** When the trial ends, in milliseconds since the epoch: for people, and for the next boot. */
  expires: number;
  /**
   * The boot in which the trial runs, and when it ends in seconds since that boot began. Null: this
   * machine does not tell.
   */
  bootId: string | null;
  deadline: number | null;
  /** How many boots the tried file has been through. */
  boots: number;
  /** How often a revert was begun. */
  attempts: number;
  /** What kernel settings were before the trial changed them. */
  sysctls: Readonly<Record<string, string>>;
  /** Keys of the tried file that only a boot takes back entirely. */
  needBoot: readonly string[];
  /** Only of a revert. */
  reason?: RevertReason;
}

/** Returns the last trial; undefined if there was none, or its record is damaged. */
export function readTry(host: Host): ConfigTry | undefined {
  try {
    const text = host.files.readTextIfExists(layout.configTry);
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isConfigTry(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isHaosError(error)) return undefined;
    throw error;
  }
}

/** Writes the record with mode 0600, because the previous content may have secrets. */
export function writeTry(host: Host, trial: ConfigTry): void {
  host.files.write(layout.configTry, `${JSON.stringify(trial)}\n`, { mode: 0o600, secret: true });
}

/** Ends a trial. The previous content is not needed any more. */
export function endTry(host: Host, trial: ConfigTry, state: 'confirmed' | 'reverted'): ConfigTry {
  const over: ConfigTry = { ...trial, state, previous: null, sysctls: {} };
  writeTry(host, over);
  return over;
}

/** Returns whether a trial is not over. */
export function isOpen(trial: ConfigTry | undefined): trial is ConfigTry {
  return trial?.state === 'pending' || trial?.state === 'reverting';
}

/**
 * Returns whether the time of a trial is over. In the boot in which it runs, the time
 * since that boot decides, because the clock may be set at any moment. Else the clock decides.
 */
export function isExpired(trial: ConfigTry, host: Host): boolean {
  const { bootId, uptime } = readBootClock(host);
  if (trial.bootId !== null && trial.deadline !== null && bootId === trial.bootId && uptime !== null)
    return uptime >= trial.deadline;
  return host.clock.now() >= trial.expires;
}

/** Returns which boot this is, and the seconds since it began; null where `/proc` does not tell. */
export function readBootClock({ files }: Host): { bootId: string | null; uptime: number | null } {
  const bootId = files.readTextIfExists('/proc/sys/kernel/random/boot_id')?.trim() || null;
  const uptime = Number.parseFloat(files.readTextIfExists('/proc/uptime') ?? '');
  return { bootId, uptime: Number.isFinite(uptime) ? uptime : null };
}

/** Makes the file what it was before the trial. */
export function restoreFile(host: Host, { path, previous }: ConfigTry): void {
  if (previous === null) host.files.remove(path);
  else host.files.write(path, fromBase64(previous), { mode: 0o600, secret: true });
}

function isConfigTry(value: unknown): value is ConfigTry {
  if (typeof value !== 'object' || value === null) return false;
  const { version, state, path, previous, expires, sysctls, needBoot } = value as Partial<ConfigTry>;
  return (
    version === 1 &&
    ['pending', 'reverting', 'reverted', 'confirmed'].includes(state ?? '') &&
    typeof path === 'string' &&
    (previous === null || typeof previous === 'string') &&
    typeof expires === 'number' &&
    typeof sysctls === 'object' &&
    sysctls !== null &&
    Array.isArray(needBoot)
  );
}
