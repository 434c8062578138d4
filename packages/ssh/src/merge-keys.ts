import type { Host } from '@haos/host';
import type { KeyOutcome } from './fetch-keys.js';
import { readKeyFile, writeKeyFile } from './key-file.js';
import { parseKeySource } from './key-source.js';
import { type HeldKeys, joinHeld, type LedgerState, readLedger, writeLedger } from './ledger.js';
import { type KeyChange, type MergedText, mergeText } from './merge-text.js';
import type { PublicKey } from './public-key.js';

export interface MergeKeysOptions {
  /** What the sources of this call gave. */
  outcomes: readonly KeyOutcome[];
  /** The texts of all configured sources, also of those that are not part of this call. A source that is missing here has left. */
  configured: readonly string[];
  /**
   * The configuration could not be read as a whole, so a source that seems to have left may still be meant: its keys stay.
   * Default false.
   */
  incomplete?: boolean;
}

export interface MergeResult {
  /** Whether anything was written. */
  changed: boolean;
  added: KeyChange[];
  removed: KeyChange[];
  /** Sources that left, but whose keys stay until a configured source has answered: they are the last ones. */
  postponed: string[];
  ledger: LedgerState;
}

/**
 * Merges keys into `~user/.ssh/authorized_keys`. Lines of people stay to the letter, and so does a key that was there before
 * a source wanted it. A key is removed only when HAOS added it, no source wants it any more, and its source left the
 * configuration or answered with other keys. Without a readable ledger nothing is removed. Throws HAOS_ACCOUNT_UNKNOWN,
 * HAOS_SSH_NO_HOME, HAOS_SSH_UNSAFE_PATH and HAOS_FILE_*.
 */
export function mergeKeys(host: Host, user: string, options: MergeKeysOptions): MergeResult {
  const file = readKeyFile(host, user);
  const { held, state } = readLedger(host, user);
  const { merged, postponed } = planMerge(file.text ?? '', held, options);

  // Held before and after: while the file is being replaced it may be in either state. Killed after the first ledger, the next
  // run finds a held key that is not in the file, and adds it; killed before the last, one that is gone, and forgets it.
  // The other order would leave a key that nobody knows to be HAOS's, which would then stay for ever.
  const promised = writeLedger(host, user, joinHeld(held, merged.held));
  const isOurs = merged.held.size > 0 || merged.text !== (file.text ?? '');
  const written = isOurs && writeKeyFile(host, file, merged.text);
  const settled = writeLedger(host, user, merged.held);
  const { added, removed } = merged;
  return { changed: promised || written || settled, added, removed, postponed, ledger: state };
}

/** A removal that would leave no key at all waits while a configured source has not answered: a mistyped name must lock nobody out. */
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

/** Per source, in the order of the configuration, the keys it stands for now. A source without an answer keeps what it had. */
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
