import type { Finding, ModulesLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { finding } from '../finding.js';

/** Checks that modules are blocked, and that none of them is loaded. */
export function lookAtModules({ names }: ModulesLook, { host, blockedModules }: Machine): Finding {
  const loaded = names.filter((name) => host.files.stat(`/sys/module/${name.replaceAll('-', '_')}`));
  const rules = blockedModules.filter(({ name }) => names.includes(name));
  const open = names.filter((name) => !rules.some((rule) => rule.name === name));
  const from = rules[0]?.from.replace(/:\d+$/, '');
  if (loaded.length > 0) return finding(false, `loaded: ${loaded.join(', ')}`, from);
  if (open.length > 0) return finding(false, `not blocked: ${open.join(', ')}`, from);
  return finding(true, `blocked: ${names.join(', ')}`, from);
}
