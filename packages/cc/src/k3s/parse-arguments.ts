import { findK3sFlag, type K3sFlag } from './flags.js';

/** One argument of k3s, with the words that form it. */
export interface K3sArgument {
  /**
   * `flag`: a flag of the pinned release. `unknown`: looks like a flag. `stray`: neither a flag nor
   * the value of one.
   */
  readonly kind: 'flag' | 'unknown' | 'stray';
  /** As written, in order; one or two. */
  readonly words: readonly string[];
  /** The index of the first word among the parsed words. */
  readonly index: number;
  /** The name of the flag without dashes, with an alias resolved. For a stray word, the word. */
  readonly name: string;
  /** Undefined if there is no value. A flag that needs no value and has none is `true`. */
  readonly value: string | undefined;
  /** Only for kind `flag`. */
  readonly flag: K3sFlag | undefined;
}

/**
 * Parses words as the command line of k3s does: one or two dashes, `--flag=value` or the value as
 * the next word, and flags without a value. Leaves out empty words between arguments. The word
 * after an unknown flag is its value unless it begins with a dash.
 */
export function parseK3sArguments(words: readonly string[]): K3sArgument[] {
  const found: K3sArgument[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '') continue;
    const argument = readArgument(word, words[index + 1], index);
    found.push(argument);
    index += argument.words.length - 1;
  }
  return found;
}

function readArgument(word: string, next: string | undefined, index: number): K3sArgument {
  const [, written, equals, joined] = /^--?([^-=\s][^=\s]*)(=([\s\S]*))?$/.exec(word) ?? [];
  if (written === undefined)
    return { kind: 'stray', words: [word], index, name: word, value: undefined, flag: undefined };
  const flag = findK3sFlag(written);
  const shared = { kind: flag ? 'flag' : 'unknown', index, name: flag?.name ?? written, flag } as const;
  if (equals !== undefined) return { words: [word], value: joined, ...shared };
  if (flag && !flag.takesValue) return { words: [word], value: 'true', ...shared };
  const isValue = next !== undefined && (flag !== undefined || (next !== '' && !next.startsWith('-')));
  return isValue
    ? { words: [word, next], value: next, ...shared }
    : { words: [word], value: undefined, ...shared };
}

/** Returns whether a word begins like a flag and is one of the pinned release. */
export function isKnownFlag(word: string): boolean {
  return /^--[a-z]/.test(word) && parseK3sArguments([word])[0]?.kind === 'flag';
}
