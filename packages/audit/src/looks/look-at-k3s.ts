import type { ArgumentLook, Finding, SettingLook } from '../check.js';
import { K3S_FILES } from '../facts/k3s-files.js';
import type { Machine } from '../facts/machine.js';
import { finding, skip } from '../finding.js';

/** Compares an argument with which k3s started a part of Kubernetes. */
export function lookAtArgument(look: ArgumentLook, { k3s }: Machine): Finding {
  const part = k3s.parts.get(look.of);
  if (part === undefined)
    return skip(`${look.of} does not run here, or its start is not in the log any more`);
  return judge(look, part.get(look.name), `--${look.name}=`, k3s.from);
}

/**
 * Compares a setting in a file that k3s writes for a part of Kubernetes. An argument of that part
 * has precedence.
 */
export function lookAtSetting(look: SettingLook, machine: Machine): Finding {
  const { k3s, k3sFiles } = machine;
  const argument = look.argument === undefined ? undefined : k3s.parts.get(look.of)?.get(look.argument);
  if (argument !== undefined) return judge(look, argument, `--${look.argument}=`, k3s.from);
  const settings = k3sFiles.get(look.of);
  if (settings === undefined) return skip(`${look.of} has no settings in ${K3S_FILES[look.of]}`);
  if (settings instanceof Error) throw settings;
  const { value, from } = settings.get(look.name) ?? {};
  return judge(look, value, `${look.name}: `, from ?? K3S_FILES[look.of]);
}

type Expected = Pick<ArgumentLook, 'accepted' | 'has' | 'lacks' | 'default' | 'unset'>;

function judge(look: Expected, value: string | undefined, name: string, from: string): Finding {
  if (value === undefined) return finding(look.default === true || look.unset === true, 'not set', from);
  return finding(isAccepted(look, value), `${name}${value}`, from);
}

function isAccepted({ accepted, has, lacks, unset }: Expected, value: string): boolean {
  const words = value.split(',');
  return (
    unset !== true &&
    (accepted === undefined || accepted.includes(value)) &&
    (has === undefined || words.includes(has)) &&
    (lacks === undefined || !words.includes(lacks))
  );
}
