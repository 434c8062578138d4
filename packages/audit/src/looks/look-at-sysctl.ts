import type { Finding, SysctlLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { finding, skip } from '../finding.js';

/**
 * Compares a kernel setting. On a system that does not run, the file that would set it counts; the
 * default of its kernel is not known.
 */
export function lookAtSysctl({ key, accepted }: SysctlLook, machine: Machine): Finding {
  const settings = machine.sysctlSettings.filter(({ name }) => name === key);
  if (!machine.isRunning) {
    const last = settings.at(-1);
    if (last === undefined) return skip('no file sets it, and this system is not running');
    return finding(accepted.includes(last.value), last.value, last.from);
  }
  const value = machine.host.kernel.sysctl(key)?.trim();
  if (value === undefined) return skip('this kernel does not have the setting');
  const origin = settings.findLast((setting) => setting.value === value);
  const from = origin?.from ?? 'no file: haos.sysctls, a program, or the default of the kernel';
  return finding(accepted.includes(value), value, from);
}
