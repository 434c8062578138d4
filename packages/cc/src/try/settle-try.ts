import type { Host } from '@haos/host';
import {
  type ConfigTry,
  endTry,
  isOpen,
  readBootClock,
  readTry,
  restoreFile,
  writeTry,
} from './config-try.js';

/**
 * Decides about a trial at boot, before the sources are read. A tried file gets one boot, in which
 * its time begins again, because some keys take effect only at boot. At the second boot, or if the
 * clock says that its time is over, the previous file is restored. Does nothing in the boot in
 * which the trial runs.
 */
export function settleTry(host: Host): ConfigTry | undefined {
  const trial = readTry(host);
  const { bootId } = readBootClock(host);
  if (!isOpen(trial) || trial.bootId === bootId) return trial;
  if (trial.state === 'pending' && trial.boots === 0 && host.clock.now() < trial.expires) {
    const { duration } = trial;
    const booted: ConfigTry = {
      ...trial,
      boots: 1,
      bootId,
      deadline: duration,
      expires: host.clock.now() + duration * 1000,
    };
    writeTry(host, booted);
    return booted;
  }
  restoreFile(host, trial);
  return endTry(host, { reason: 'booted', ...trial }, 'reverted');
}
