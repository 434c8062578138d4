import type { Check, Finding } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { lookAtAccounts } from './look-at-accounts.js';
import { lookAtArgument, lookAtSetting } from './look-at-k3s.js';
import { lookAtList } from './look-at-lists.js';
import { lookAtModes } from './look-at-modes.js';
import { lookAtModules } from './look-at-modules.js';
import { lookAtMount } from './look-at-mount.js';
import { lookAtMachine, lookAtService, lookAtText } from './look-at-others.js';
import { lookAtSshd } from './look-at-sshd.js';
import { lookAtSysctl } from './look-at-sysctl.js';

/** Looks at a machine as a check says. */
export function lookAt({ look }: Check, machine: Machine): Finding | Promise<Finding> {
  switch (look.kind) {
    case 'sysctl':
      return lookAtSysctl(look, machine);
    case 'mount':
      return lookAtMount(look, machine);
    case 'modules':
      return lookAtModules(look, machine);
    case 'account':
      return lookAtAccounts(look, machine);
    case 'sshd':
      return lookAtSshd(look, machine);
    case 'mode':
      return lookAtModes(look, machine);
    case 'list':
      return lookAtList(look, machine);
    case 'service':
      return lookAtService(look, machine);
    case 'text':
      return lookAtText(look, machine);
    case 'machine':
      return lookAtMachine(look, machine);
    case 'argument':
      return lookAtArgument(look, machine);
    case 'setting':
      return lookAtSetting(look, machine);
  }
}
