import { checkVariable, isK3sVariable } from '../appliers/environment/environment.js';
import type { Haos } from '../generated/types.js';
import { checkK3sArguments } from './k3s-arguments.js';
import { labelsRule, serverUrlRule, taintsRule, tokenRule } from './kubernetes.js';
import { eachEntry, type Finding, isError } from './rule.js';

/** Checks everything that k3s starts with. */
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
 * Returns whether the findings prevent configuring k3s, because it would create its own cluster or
 * start with unintended arguments.
 */
export function isK3sBlocked(findings: readonly Finding[]): boolean {
  return findings.some(({ blocksK3s }) => blocksK3s === true);
}

/** Checks only variables of k3s; the step for /etc/environment reports the others. */
function checkK3sVariable(name: string, value: string, pointer: string): Finding[] {
  if (!isK3sVariable(name)) return [];
  return checkVariable(name, value, pointer)
    .filter(isError)
    .map((finding) => ({ failure: 'HAOS_CC_ENVIRONMENT_VALUE', ...finding, blocksK3s: true }));
}
