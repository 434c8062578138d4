import { configDefinition } from '../generated/keys.js';
import type { KeyDefinition } from './key.js';

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
