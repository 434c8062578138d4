import { passwordRule } from '../appliers/accounts/password.js';
import { sshAccessRule } from '../appliers/accounts/ssh-access.js';
import { sshKeysRule } from '../appliers/accounts/ssh-authorized-keys.js';
import { timezoneRule } from '../appliers/clock/timezone.js';
import { commandsRule } from '../appliers/commands/commands.js';
import { dataSourcesRule } from '../appliers/data-sources.js';
import { environmentRule } from '../appliers/environment/environment.js';
import { writeFilesRule } from '../appliers/files/write-files.js';
import { hardeningRule } from '../appliers/kernel/hardening.js';
import { modulesRule } from '../appliers/kernel/modules.js';
import { sysctlsRule } from '../appliers/kernel/sysctls.js';
import { keyboardRule } from '../appliers/keyboard/keyboard.js';
import { bootManifestsRule } from '../appliers/manifests/boot-manifests.js';
import { mountsRule } from '../appliers/mounts/check-mount.js';
import { networkRule } from '../appliers/network/check-network.js';
import { serversRule } from '../appliers/network/connman.js';
import { hostnameRule } from '../appliers/network/hostname.js';
import { wifiRule } from '../appliers/network/wifi.js';
import type { ConfigResult } from '../config.js';
import type { Haos } from '../generated/types.js';
import type { Issue } from '../issue.js';
import { documentedKey } from '../model/pointer.js';
import { k3sArgumentsRule } from './k3s-arguments.js';
import { labelsRule, serverUrlRule, taintsRule, tokenRule } from './kubernetes.js';
import { installRule } from './node.js';
import { oldTextsRule } from './old-texts-rule.js';
import { checkPhases } from './phases.js';
import { withPlaceholders } from './placeholder.js';
import { proxyRule } from './proxy.js';
import type { Finding, Rule } from './rule.js';
import { upgradeRule } from './upgrade.js';

/** A rule that the program reads only for a configuration that has its key, as few have. */
function whenGiven(key: keyof Haos, rule: Rule): Rule {
  return (config) => (config.haos?.[key] === undefined ? [] : rule(config));
}

/** Every rule about the meaning of values, in the order of the documentation. */
const rules: readonly Rule[] = [
  sshKeysRule,
  writeFilesRule,
  hostnameRule,
  bootManifestsRule,
  commandsRule,
  dataSourcesRule,
  whenGiven('hardening', hardeningRule),
  modulesRule,
  sysctlsRule,
  whenGiven('timezone', timezoneRule),
  whenGiven('keyboard', keyboardRule),
  whenGiven('network', networkRule),
  serversRule,
  wifiRule,
  whenGiven('mounts', mountsRule),
  passwordRule,
  whenGiven('ssh', sshAccessRule),
  serverUrlRule,
  tokenRule,
  labelsRule,
  k3sArgumentsRule,
  environmentRule,
  proxyRule,
  taintsRule,
  whenGiven('upgrade', upgradeRule),
  whenGiven('install', installRule),
  oldTextsRule,
];

/** Checks the values of a configuration, as far as that is possible without the node. */
export function checkRules(result: Pick<ConfigResult, 'config' | 'provenance'>): Issue[] {
  const found = withPlaceholders(
    rules.flatMap((rule) => rule(result.config)),
    result.config,
  );
  const findings = [...found, ...checkPhases(result)];
  return findings.map((finding) => toIssue(finding, result));
}

/** Adds the findings of the rules to the issues of the result, without repeating existing ones. */
export function withRuleIssues<Result extends ConfigResult>(result: Result): Result {
  const known = new Set(result.issues.map(identityOf));
  const found = checkRules(result).filter((issue) => !known.has(identityOf(issue)));
  return { ...result, issues: [...result.issues, ...found] };
}

function identityOf({ code, pointer, message }: Issue): string {
  return `${code}\0${pointer}\0${message}`;
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
