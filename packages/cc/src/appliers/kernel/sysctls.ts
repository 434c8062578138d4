import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import { toPointer } from '../../model/pointer.js';
import { eachEntry, type Finding, finding, hasControls, type Rule } from '../../rules/rule.js';

/** Writes kernel settings, in the order of the configuration. */
export const sysctls: Applier = {
  name: 'sysctls',
  keys: ['haos.sysctls'],
  async apply(config, context) {
    for (const [key, value] of Object.entries(config.haos?.sysctls ?? {})) {
      await context.attempt(() => {
        refuse(checkSysctl(key, value, toPointer(['haos', 'sysctls', key])), 'HAOS_KERNEL_SYSCTL');
        context.host.kernel.setSysctl(key, value);
      });
    }
  },
};

/** Reports invalid entries of `haos.sysctls`. Only the node knows which settings its kernel has. */
export const sysctlsRule: Rule = ({ haos }) => eachEntry(haos?.sysctls, '/haos/sysctls', checkSysctl);

function checkSysctl(key: string, value: string, pointer: string): Finding[] {
  if (!isSysctlKey(key))
    return finding(
      'invalid-sysctl',
      pointer,
      `${JSON.stringify(key)} is not a sysctl`,
      'Write it as in /etc/sysctl.conf, without * and without a leading dash.',
    );
  if (value.trim() === '')
    return finding('invalid-sysctl', pointer, `${key} has no value`, 'Give a value in quotes.');
  if (!hasControls(value.trim().replaceAll('\t', ' '))) return [];
  return finding(
    'invalid-sysctl',
    pointer,
    `the value of ${key} has a line break or another control character`,
    'Write the value on one line.',
  );
}

/**
 * Returns whether a key names a path below /proc/sys by the rule of sysctl.d(5): the first
 * separator decides, and after a dot the other separator is part of a name. No part is empty, `.`
 * or `..`; a file name has at most 255 bytes. `*` and a leading dash have a meaning only in
 * sysctl.d.
 */
function isSysctlKey(key: string): boolean {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:/@%+-]*$/.test(key)) return false;
  const isDotted = key.split('/', 1)[0]!.includes('.');
  const parts = key.split(isDotted ? '.' : '/').map((part) => (isDotted ? part.replaceAll('/', '.') : part));
  return parts.every((part) => !['', '.', '..'].includes(part) && part.length <= 255);
}
