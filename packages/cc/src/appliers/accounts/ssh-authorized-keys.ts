import {
  fetchKeys,
  type KeyOutcome,
  type KeySource,
  mergeKeys,
  parseKeySource,
  readLocalSource,
} from '@haos/ssh';
import { layout } from '@haos/system';
import { RANCHER } from '@haos/system/internal';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { eachItem, type Finding, finding, type Rule } from '../../rules/rule.js';

type RemoteSource = Extract<KeySource, { kind: 'remote' }>;

/**
 * Adds the keys that the configuration contains. They need no network, so a login works before the
 * network is up. Also removes keys whose source left the configuration, so it runs even without
 * keys. Only `rancher` gets keys.
 */
export const sshAuthorizedKeys: Applier = {
  name: 'ssh-authorized-keys',
  keys: ['ssh_authorized_keys'],
  always: true,
  async apply(config, context) {
    const sources = sourcesOf(config);
    const outcomes: KeyOutcome[] = [];
    for (const [index, source] of sources.entries()) {
      if (source.kind === 'remote') continue;
      outcomes.push(readLocalSource(source));
      await context.attempt(() =>
        refuse(checkSource(source, `/sshAuthorizedKeys/${index}`), 'HAOS_CC_SSH_KEY'),
      );
    }
    const isKnown = context.host.files.stat(layout.sshLedger) !== undefined;
    if (outcomes.length > 0 || isKnown) merge(config, context, outcomes);
  },
};

/**
 * Adds the keys of `github:`, `gitlab:` and URLs. If a source does not answer, that is a failure,
 * and the keys that it gave before stay. A plan downloads nothing and adds a note.
 */
export const sshAuthorizedKeysRemote: Applier<readonly KeyOutcome[]> = {
  name: 'ssh-authorized-keys-remote',
  keys: ['ssh_authorized_keys'],
  fetch: (config, context) =>
    fetchKeys(context.host, remoteSourcesOf(config), { proxy: context.proxy, signal: context.deadline }),
  async apply(config, context, outcomes) {
    if (remoteSourcesOf(config).length === 0) return;
    if (outcomes === undefined) {
      context.note('the keys of github:, gitlab: and URLs would be downloaded');
      return;
    }
    for (const outcome of outcomes) await context.attempt(() => checkRemote(outcome, context));
    merge(config, context, outcomes);
  },
};

function sourcesOf(config: CloudConfig): KeySource[] {
  return (config.sshAuthorizedKeys ?? []).map(parseKeySource);
}

function remoteSourcesOf(config: CloudConfig): RemoteSource[] {
  return sourcesOf(config).filter((source) => source.kind === 'remote');
}

function merge(config: CloudConfig, context: ApplyContext, outcomes: readonly KeyOutcome[]): void {
  const { ledger, postponed } = mergeKeys(context.host, RANCHER, {
    outcomes,
    configured: sourcesOf(config).map(({ text }) => text),
    incomplete: context.incomplete ?? false,
  });
  if (ledger === 'corrupt')
    context.note('the record of the SSH keys that HAOS added is damaged, so no key is removed');
  if (postponed.length > 0)
    context.note('the last SSH keys stay until a configured source provides other keys');
}

/** Reports invalid items of `ssh_authorized_keys` without downloading any keys. */
export const sshKeysRule: Rule = ({ sshAuthorizedKeys }) =>
  eachItem(sshAuthorizedKeys, '/sshAuthorizedKeys', (text, pointer) =>
    checkSource(parseKeySource(text), pointer),
  );

function checkSource(source: KeySource, pointer: string): Finding[] {
  const reason = reasonToRefuse(source);
  if (reason === undefined) return [];
  return finding(
    'invalid-key-source',
    pointer,
    `this is neither a public key nor a source of keys: ${reason}`,
    'Give a line of a .pub file, github:USER, gitlab:USER or a URL.',
  );
}

function reasonToRefuse(source: KeySource): string | undefined {
  if (source.kind === 'invalid') return source.reason;
  return source.kind === 'literal' ? source.rejected[0]?.reason : undefined;
}

function checkRemote(outcome: KeyOutcome, context: ApplyContext): void {
  if ('error' in outcome) throw outcome.error;
  const { length } = outcome.rejected;
  if (length > 0)
    context.note(`${length} lines of a source of SSH keys are not usable keys and are left out`);
}
