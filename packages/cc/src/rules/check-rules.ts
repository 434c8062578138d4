import type { ConfigResult } from '../config.js';
import type { Issue } from '../issue.js';
import { documentedKey } from '../pointer.js';
import { bootManifestsRule, writeFilesRule } from './files.js';
import { k3sArgumentsRule } from './k3s-arguments.js';
import { labelsRule, serverUrlRule, taintsRule, tokenRule } from './kubernetes.js';
import {
  dataSourcesRule,
  environmentRule,
  hostnameRule,
  installRule,
  modulesRule,
  passwordRule,
  serversRule,
  sshKeysRule,
  sysctlsRule,
  wifiRule,
} from './node.js';
import { checkPhases } from './phases.js';
import type { Finding, Rule } from './rule.js';
import { upgradeRule } from './upgrade.js';

/** Every rule about the meaning of values, in the order of the documentation. */
const rules: readonly Rule[] = [
  sshKeysRule,
  writeFilesRule,
  hostnameRule,
  bootManifestsRule,
  dataSourcesRule,
  modulesRule,
  sysctlsRule,
  serversRule,
  wifiRule,
  passwordRule,
  serverUrlRule,
  tokenRule,
  labelsRule,
  k3sArgumentsRule,
  environmentRule,
  taintsRule,
  upgradeRule,
  installRule,
];

/** What is wrong with the values of a configuration, as far as that can be known without the node. */
export function checkRules(result: Pick<ConfigResult, 'config' | 'provenance'>): Issue[] {
  const findings = [...rules.flatMap((rule) => rule(result.config)), ...checkPhases(result)];
  return findings.map((finding) => toIssue(finding, result));
}

function toIssue(finding: Finding, { provenance }: Pick<ConfigResult, 'provenance'>): Issue {
  return {
    severity: finding.severity ?? 'error',
    code: finding.code,
    message: finding.message,
    pointer: finding.pointer,
    key: documentedKey(finding.pointer),
    origin: provenance.origins(finding.pointer)[0],
    hint: finding.hint,
  };
}
