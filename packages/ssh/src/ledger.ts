import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import { keyId, type PublicKey, parsePublicKeys } from './public-key.js';

/** The keys that HAOS added for one user, by source. Keys that existed before are not included. */
export type HeldKeys = ReadonlyMap<string, readonly PublicKey[]>;

/** `missing` and `corrupt`: HAOS does not know which keys it added, so it can remove none. */
export type LedgerState = 'read' | 'missing' | 'corrupt';

interface LedgerUser {
  name: string;
  sources: { source: string; lines: string[] }[];
}

/**
 * The format of the file. It uses lists instead of objects, so that no source or user is a special
 * name.
 */
interface Ledger {
  version: 1;
  users: LedgerUser[];
}

/**
 * Reads the keys that HAOS holds for a user. Throws the errors of reading a file, except "not
 * found".
 */
export function readLedger(host: Host, user: string): { held: HeldKeys; state: LedgerState } {
  const ledger = readFile(host);
  if (typeof ledger === 'string') return { held: new Map(), state: ledger };
  const sources = ledger.users.find(({ name }) => name === user)?.sources ?? [];
  const held = new Map(sources.map(({ source, lines }) => [source, parsePublicKeys(lines.join('\n')).keys]));
  return { held, state: 'read' };
}

/**
 * Writes the keys that HAOS holds for a user and keeps the entries of other users. Does not create
 * an empty ledger.
 */
export function writeLedger(host: Host, user: string, held: HeldKeys): boolean {
  const ledger = readFile(host);
  const others = typeof ledger === 'string' ? [] : ledger.users.filter(({ name }) => name !== user);
  const sources = [...held].map(([source, keys]) => ({ source, lines: keys.map(({ line }) => line) }));
  const users = sources.length > 0 ? [...others, { name: user, sources }] : others;
  if (users.length === 0 && ledger === 'missing') return false;
  const content = `${JSON.stringify({ version: 1, users } satisfies Ledger, undefined, 2)}\n`;
  // Secret, because a source may be a URL with a password.
  return host.files.write(layout.sshLedger, content, { mode: 0o600, secret: true });
}

/** Returns the keys of both, merged by source. */
export function joinHeld(a: HeldKeys, b: HeldKeys): HeldKeys {
  const joined = new Map<string, PublicKey[]>();
  for (const [source, keys] of [...a, ...b]) {
    const known = joined.get(source) ?? [];
    const added = keys.filter((key) => !known.some(({ line }) => line === key.line));
    joined.set(source, [...known, ...added]);
  }
  return joined;
}

/** Returns the first key of each identity, in the order of the sources, with its source. */
export function firstOfEach(held: HeldKeys): Map<string, { source: string; key: PublicKey }> {
  const first = new Map<string, { source: string; key: PublicKey }>();
  for (const [source, keys] of held) {
    for (const key of keys) {
      if (!first.has(keyId(key))) first.set(keyId(key), { source, key });
    }
  }
  return first;
}

function readFile(host: Host): Ledger | 'missing' | 'corrupt' {
  const text = host.files.readTextIfExists(layout.sshLedger);
  if (text === undefined) return 'missing';
  try {
    const value: unknown = JSON.parse(text);
    return isLedger(value) ? value : 'corrupt';
  } catch {
    return 'corrupt';
  }
}

function isLedger(value: unknown): value is Ledger {
  return isRecord(value) && value.version === 1 && Array.isArray(value.users) && value.users.every(isUser);
}

function isUser(value: unknown): value is LedgerUser {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    Array.isArray(value.sources) &&
    value.sources.every(
      (entry) =>
        isRecord(entry) &&
        typeof entry.source === 'string' &&
        Array.isArray(entry.lines) &&
        entry.lines.every((line) => typeof line === 'string'),
    )
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
