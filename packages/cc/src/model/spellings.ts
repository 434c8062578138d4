import { snakeCase } from './key.js';
import type { DescribedKey } from './schema.js';

/**
 * Returns the accepted spellings of a key: the name in lower case, which stands for any mixture of
 * cases, and in snake_case; for plural names also both without `s` and `es`; and the aliases.
 */
export function spellingsOf(key: DescribedKey): string[] {
  const forms = [key.name, snakeCase(key.name), ...(key.aliases ?? [])];
  const singular = forms.filter((form) => form.endsWith('s')).map((form) => form.slice(0, -1));
  const shorter = forms.filter((form) => form.endsWith('es')).map((form) => form.slice(0, -2));
  return [...new Set([...forms, ...singular, ...shorter].map((form) => form.toLowerCase()))];
}
