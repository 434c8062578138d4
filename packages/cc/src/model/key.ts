import type { Phase } from '../apply/types.js';

/**
 * How the value of a key is written and coerced (docs/configuration.md). A `section` merges by key;
 * a later source replaces everything else as a whole.
 */
export type KeyKind = 'string' | 'boolean' | 'strings' | 'string-map' | 'items' | 'section';

/** What every start needs to know of a key; `schema.ts` describes it. */
export interface KeyDefinition {
  /** camelCase, as in the configuration object. */
  readonly name: string;
  readonly kind: KeyKind;
  /**
   * All accepted spellings: the name in lower case, which stands for any mixture of cases, and in
   * snake_case; for plural names also both without `s` and `es`; and the aliases.
   */
  readonly spellings: readonly string[];
  /** The value never enters a message, a plan, a journal or a log. */
  readonly secret?: true;
  /** A whole number, which may be written without quotes. */
  readonly numeric?: true;
  /** Phases in which the key takes effect; undefined: the installer reads it. */
  readonly phases?: readonly Phase[];
  /** Keys of a section, or of each item. */
  readonly keys?: readonly KeyDefinition[];
}

/** Returns a name such as `k3sArgs` as users write it: `k3s_args`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
