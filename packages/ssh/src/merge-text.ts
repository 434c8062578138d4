import { fromLatin1, latin1, utf8 } from '@haos/host/internal';
import { firstOfEach, type HeldKeys } from './ledger.js';
import { keyId, type PublicKey, parsePublicKeys } from './public-key.js';

/** A key and the source that it was added for. */
export interface KeyChange {
  source: string;
  key: PublicKey;
}

export interface MergedText {
  text: string;
  /** The keys that HAOS holds afterwards: the wanted keys without those that a person added. */
  held: HeldKeys;
  added: KeyChange[];
  removed: KeyChange[];
  /** The number of all keys in the text, including those of people. */
  keyCount: number;
}

/**
 * Merges keys into the text of an authorized_keys file. A line belongs to HAOS if `held` lists
 * exactly this line. Only such a line is removed or replaced, and only one for each key. Every
 * other line belongs to a person and stays as it is. A key that a person added is neither added nor
 * held. `text` has one character per byte (latin1), so that bytes that are not valid UTF-8 survive.
 */
export function mergeText(text: string, held: HeldKeys, wanted: HeldKeys): MergedText {
  const before = findLines(text, held);
  const first = firstOfEach(wanted);
  const isOurs = new Set(before.filter(({ ours }) => ours).map(({ id }) => id));
  const isTheirs = new Set(before.filter(({ ours }) => !ours).map(({ id }) => id));
  const changes: Pick<MergedText, 'added' | 'removed'> = { added: [], removed: [] };
  const previous = firstOfEach(held);

  const kept = before.map(({ written, id, key, ours }) => {
    if (!ours) return written;
    const next = first.get(id!);
    if (next?.key.line === key!.line) return written;
    changes.removed.push({ source: previous.get(id!)!.source, key: key! });
    if (!next) return '';
    changes.added.push(next);
    return written.replace(/^[^\r\n]*/, () => encode(next.key.line));
  });
  const appended = [...first].filter(([id]) => !isOurs.has(id) && !isTheirs.has(id)).map(([, next]) => next);
  changes.added.push(...appended);

  return {
    ...changes,
    text: append(
      kept.join(''),
      appended.map(({ key }) => key),
    ),
    held: withoutKeys(wanted, (id) => isTheirs.has(id) && !isOurs.has(id)),
    keyCount: before.filter(({ id }, index) => id && kept[index] !== '').length + appended.length,
  };
}

interface Line {
  /** Including the line ending. */
  written: string;
  key: PublicKey | undefined;
  /** Undefined for a comment or another line without a key. */
  id: string | undefined;
  ours: boolean;
}

function findLines(text: string, held: HeldKeys): Line[] {
  const heldLines = new Set([...held.values()].flat().map(({ line }) => line));
  const seen = new Set<string>();
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((written) => {
    const key = parsePublicKeys(decode(written)).keys[0];
    const id = key && keyId(key);
    const ours = key !== undefined && heldLines.has(key.line) && !seen.has(keyId(key));
    if (ours) seen.add(keyId(key));
    return { written, key, id, ours };
  });
}

function append(text: string, keys: readonly PublicKey[]): string {
  const repaired = keys.length > 0 && text !== '' && !text.endsWith('\n') ? `${text}\n` : text;
  return repaired + keys.map(({ line }) => `${encode(line)}\n`).join('');
}

function withoutKeys(wanted: HeldKeys, isExcluded: (id: string) => boolean): HeldKeys {
  const left = [...wanted].map(
    ([source, keys]) => [source, keys.filter((key) => !isExcluded(keyId(key)))] as const,
  );
  return new Map(left.filter(([, keys]) => keys.length > 0));
}

function decode(bytes: string): string {
  return utf8(fromLatin1(bytes));
}

function encode(text: string): string {
  return latin1(new TextEncoder().encode(text));
}
