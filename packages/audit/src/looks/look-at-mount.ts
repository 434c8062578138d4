import { mountAt } from '@haos/host/internal';
import type { Finding, MountLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { finding, NOT_RUNNING, skip } from '../finding.js';

/** Compares the options of a mount. */
export function lookAtMount({ path, options, optional }: MountLook, machine: Machine): Finding {
  if (!machine.isRunning) return skip(NOT_RUNNING);
  const mount = mountAt(machine.mounts, path);
  if (mount === undefined) return optional ? skip(optional) : finding(false, 'it is not a mount of its own');
  const isGood = options.every((option) => mount.options.includes(option));
  return finding(isGood, mount.options.join(','), `${mount.source} (${mount.type})`);
}
