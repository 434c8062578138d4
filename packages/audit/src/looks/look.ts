import type { Check, Finding, Look } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { lookAtAccounts } from './look-at-accounts.js';
import { lookAtArgument, lookAtSetting } from './look-at-k3s.js';
import { lookAtList } from './look-at-lists.js';
import { lookAtModes } from './look-at-modes.js';
import { lookAtModules } from './look-at-modules.js';
import { lookAtMount } from './look-at-mount.js';
import { lookAtMachine, lookAtService, lookAtText } from './look-at-others.js';
import { lookAtPrivileges } from './look-at-privileges.js';
import { lookAtSshd } from './look-at-sshd.js';
import { lookAtSysctl } from './look-at-sysctl.js';

type LookAt<L extends Look> = (look: L, machine: Machine) => Finding | Promise<Finding>;

const LOOKS: { readonly [Kind in Look['kind']]: LookAt<Extract<Look, { kind: Kind }>> } = {
  sysctl: lookAtSysctl,
  mount: lookAtMount,
  modules: lookAtModules,
  account: lookAtAccounts,
  sshd: lookAtSshd,
  mode: lookAtModes,
  list: lookAtList,
  service: lookAtService,
  privileges: lookAtPrivileges,
  text: lookAtText,
  machine: lookAtMachine,
  argument: lookAtArgument,
  setting: lookAtSetting,
};

/** Looks at a machine as a check says. */
export function lookAt({ look }: Check, machine: Machine): Finding | Promise<Finding> {
  return (LOOKS[look.kind] as LookAt<Look>)(look, machine);
}
