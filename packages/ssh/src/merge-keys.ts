import type { Host } from '@haos/host';
import type { KeyOutcome } from './fetch-keys.js';
import { readKeyFile, writeKeyFile } from './key-file.js';
import { parseKeySource } from './key-source.js';
import { type HeldKeys, joinHeld, type LedgerState, readLedger, writeLedger } from './ledger.js';
import { type KeyChange, type MergedText, mergeText } from './merge-text.js';
import type { PublicKey } from './public-key.js';

export interface MergeKeysOptions {
  /** The outcomes of the sources in this call. */
  outcomes: readonly KeyOutcome[];
  /**
   * The texts of all configured sources, including those that are not part of this call. A source
   * that is missing here has left the configuration.
   */
  configured: readonly string[];
  /**
   * True if part of the configuration could not be read. A source that seems to have left may still
   * be configured, so its keys stay. Default false.
   */
  incomplete?: boolean;
}

export interface MergeResult {
  /** Whether anything was written. */
  changed: boolean;
  added: KeyChange[];
  removed: KeyChange[];
  /**
   * Sources that left the configuration, but whose keys are the last ones: they stay until a
   * configured source has answered.
   */
  postponed: string[];
  ledger: LedgerState;
}

/**
 * Merges keys into `~user/.ssh/authorized_keys`. Keeps lines of people unchanged, and keys that
 * existed before a source had them. Removes a key only if HAOS added it, no source has it any more,
 * and its source left the configuration or answered with other keys. Without a readable ledger it
 * removes nothing. Throws HAOS_ACCOUNT_UNKNOWN, HAOS_SSH_NO_HOME, HAOS_SSH_UNSAFE_PATH and
 * HAOS_FILE_*.
 */
export function mergeKeys(host: Host, user: string, options: MergeKeysOptions): MergeResult {
  const file = readKeyFile(host, user);
  const { held, state } = readLedger(host, user);
  const { merged, postponed } = planMerge(file.text ?? '', held, options);

  // The first ledger holds the keys from before and after, because the file may be in either state
  // while it is replaced. After a crash before the file is written, the next run adds the held keys
  // that are missing in the file. After a crash before the last ledger, it forgets held keys that
  // are gone. In the other order, a key could stay forever that no ledger lists as added by HAOS.
  const promised = writeLedger(host, user, joinHeld(held, merged.held));
  const isOurs = merged.held.size > 0 || merged.text !== (file.text ?? '');
  const written = isOurs && writeKeyFile(host, file, merged.text);
  const settled = writeLedger(host, user, merged.held);
  const { added, removed } = merged;
  return { changed: promised || written || settled, added, removed, postponed, ledger: state };
}

/**
 * Plans the merge. While a configured source has not answered, it postpones a removal that would
 * leave no key at all: a mistyped name must not lock the user out.
 */
function planMerge(
  text: string,
  held: HeldKeys,
  options: MergeKeysOptions,
): { merged: MergedText; postponed: string[] } {
  const merged = mergeText(text, held, findWanted(held, options));
  const isLast = merged.keyCount === 0 && merged.removed.length > 0;
  const configured = normalise(options);
  const isAwaited = (source: string) =>
    parseKeySource(source).kind !== 'literal' && findAnswer(options.outcomes, source) === undefined;
  if (!isLast || !configured.some(isAwaited)) return { merged, postponed: [] };
  return {
    merged: mergeText(text, held, findWanted(held, { ...options, incomplete: true })),
    postponed: [...held.keys()].filter((source) => !configured.includes(source)),
  };
}

/**
 * Returns the current keys of each source, in the order of the configuration. A source without an
 * answer keeps its earlier keys.
 */
function findWanted(held: HeldKeys, options: MergeKeysOptions): HeldKeys {
  const wanted = new Map<string, readonly PublicKey[]>();
  for (const source of normalise(options)) {
    const keys = findAnswer(options.outcomes, source) ?? held.get(source);
    if (keys) wanted.set(source, keys);
  }
  if (!options.incomplete) return wanted;
  return new Map([...wanted, ...[...held].filter(([source]) => !wanted.has(source))]);
}

function findAnswer(outcomes: readonly KeyOutcome[], source: string): readonly PublicKey[] | undefined {
  const outcome = outcomes.find((candidate) => candidate.source === source);
  return outcome && 'keys' in outcome && outcome.keys.length > 0 ? outcome.keys : undefined;
}

function normalise({ configured, outcomes }: MergeKeysOptions): string[] {
  return [...new Set([...configured.map((text) => text.trim()), ...outcomes.map(({ source }) => source)])];
}
