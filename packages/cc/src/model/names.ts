import leven from 'leven';
import { configDefinition } from '../generated/keys.js';
import { type KeyDefinition, snakeCase } from './key.js';

/** Every accepted spelling of the keys of one section. */
export interface NameTable {
  readonly byName: ReadonlyMap<string, KeyDefinition>;
  readonly bySpelling: ReadonlyMap<string, KeyDefinition>;
}

/** A cache of a pure function. Building all tables at import would slow down every start. */
const tables = new WeakMap<KeyDefinition, NameTable>();

/** Returns the spellings of the keys of a section or an item. */
export function namesOf(section: KeyDefinition): NameTable {
  let table = tables.get(section);
  if (!table) {
    table = buildTable(section.keys ?? []);
    tables.set(section, table);
  }
  return table;
}

function buildTable(keys: readonly KeyDefinition[]): NameTable {
  const bySpelling = new Map<string, KeyDefinition>();
  for (const key of keys) for (const spelling of key.spellings) bySpelling.set(spelling, key);
  return { byName: new Map(keys.map((key) => [key.name, key])), bySpelling };
}

/**
 * Returns the key for a spelling, or undefined. Does not accept hyphens or mixtures such as
 * `Server_Url`.
 */
export function lookUpName(section: KeyDefinition, spelling: string): KeyDefinition | undefined {
  const { bySpelling } = namesOf(section);
  return (
    bySpelling.get(spelling) ?? (spelling.includes('_') ? undefined : bySpelling.get(spelling.toLowerCase()))
  );
}

/** Returns whether a name is a spelling of a key at any level. */
export function isSpelling(name: string, section: KeyDefinition = configDefinition): boolean {
  if (lookUpName(section, name)) return true;
  return (section.keys ?? []).some((key) => key.keys !== undefined && isSpelling(name, key));
}

/**
 * Returns the documented key most similar to an unknown one, in snake_case, or undefined if none is
 * similar.
 */
export function suggestName(section: KeyDefinition, unknown: string): string | undefined {
  const wanted = unknown.toLowerCase().replaceAll('-', '_');
  let best: { name: string; distance: number } | undefined;
  for (const [spelling, key] of namesOf(section).bySpelling) {
    const distance = leven(wanted, spelling);
    if (distance <= Math.max(1, Math.floor(spelling.length / 3)) && distance < (best?.distance ?? Infinity))
      best = { name: snakeCase(key.name), distance };
  }
  return best?.name;
}
