import { checkVariable, isK3sVariable } from '../appliers/environment/environment.js';
import type { Haos } from '../generated/types.js';
import { checkK3sArguments } from './k3s-arguments.js';
import { labelsRule, serverUrlRule, taintsRule, tokenRule } from './kubernetes.js';
import { eachEntry, type Finding, isError } from './rule.js';

/** What is wrong with everything that k3s starts with. */
export function checkK3s(haos: Haos): Finding[] {
  const config = { haos };
  return [
    ...serverUrlRule(config),
    ...tokenRule(config),
    ...labelsRule(config),
    ...taintsRule(config),
    ...checkK3sArguments(haos),
    ...eachEntry(haos.environment, '/haos/environment', checkK3sVariable),
  ];
}

/**
 * Whether the findings keep k3s from being configured, because it would found a cluster of its own or start with
 * other arguments than those that are meant.
 */
export function isK3sBlocked(findings: readonly Finding[]): boolean {
  return findings.some(({ blocksK3s }) => blocksK3s === true);
}

/** The step for /etc/environment reports the other variables. */
function checkK3sVariable(name: string, value: string, pointer: string): Finding[] {
  if (!isK3sVariable(name)) return [];
  return checkVariable(name, value, pointer)
    .filter(isError)
    .map((finding) => ({ failure: 'HAOS_CC_ENVIRONMENT_VALUE', ...finding, blocksK3s: true }));
}
