export interface SplitName {
  /** The parts between the dots, as written. */
  path: string[];
  /** KEY of the form `name[KEY]`. */
  mapKey?: string;
}

/**
 * Splits the name of a parameter at its dots. In `name[KEY]`, KEY is everything between the first
 * `[` and a final `]`, dots included. Returns undefined if the name is malformed: an empty part, an
 * empty KEY, a missing bracket, or text after the bracket.
 */
export function splitName(name: string): SplitName | undefined {
  const open = name.indexOf('[');
  const path = splitPath(name);
  if (path.includes('')) return undefined;
  if (open === -1) return { path };
  const mapKey = name.slice(open + 1, -1);
  return name.endsWith(']') && mapKey !== '' ? { path, mapKey } : undefined;
}

/**
 * Returns the parts of a name up to its first bracket, including empty parts. Works for malformed
 * names too.
 */
export function splitPath(name: string): string[] {
  const open = name.indexOf('[');
  return (open === -1 ? name : name.slice(0, open)).split('.');
}
