import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import { keyId, type PublicKey, parsePublicKeys } from './public-key.js';

/** The keys that HAOS holds for each source of one user: those it added itself, and only those. */
export type HeldKeys = ReadonlyMap<string, readonly PublicKey[]>;

/** `missing` and `corrupt`: nothing is known to be HAOS's, so nothing can be removed. */
export type LedgerState = 'read' | 'missing' | 'corrupt';

interface LedgerUser {
  name: string;
  sources: { source: string; lines: string[] }[];
}

/** The file's form. Lists instead of objects, so that no source or user is a special name. */
interface Ledger {
  version: 1;
  users: LedgerUser[];
}

/** Reads what HAOS holds for a user. Throws only what reading a file throws besides "not there". */
export function readLedger(host: Host, user: string): { held: HeldKeys; state: LedgerState } {
  const ledger = readFile(host);
  if (typeof ledger === 'string') return { held: new Map(), state: ledger };
  const sources = ledger.users.find(({ name }) => name === user)?.sources ?? [];
  const held = new Map(sources.map(({ source, lines }) => [source, parsePublicKeys(lines.join('\n')).keys]));
  return { held, state: 'read' };
}

/** Writes what HAOS holds for a user; other users' entries stay. A ledger without content is not made. */
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

/** The keys of both, source by source. */
export function joinHeld(a: HeldKeys, b: HeldKeys): HeldKeys {
  const joined = new Map<string, PublicKey[]>();
  for (const [source, keys] of [...a, ...b]) {
    const known = joined.get(source) ?? [];
    const added = keys.filter((key) => !known.some(({ line }) => line === key.line));
    joined.set(source, [...known, ...added]);
  }
  return joined;
}

/** The first key of each identity, in the order of the sources, and the source that it is from. */
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
