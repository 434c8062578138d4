import leven from 'leven';
import { type KeyDefinition, snakeCase } from './key.js';
import { namesOf } from './names.js';

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
