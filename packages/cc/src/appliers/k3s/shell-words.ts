import { HaosError } from '@haos/host';
import type { CcErrorCode } from '../../errors.js';

/** Quotes one word for a POSIX shell, but only if needed. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Splits a text into words as a POSIX shell would: white space separates, quotes group, a backslash
 * takes the next character literally. Nothing is expanded. `key` names the text in errors.
 *
 * Throws HAOS_CC_K3S_ARGUMENT if a quote is not closed or nothing follows a backslash.
 */
export function splitWords(text: string, key: string): string[] {
  const words: string[] = [];
  const token = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;
  let word: string | undefined;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) throw unfinished(key);
    const [, single, double, escaped, plain] = match;
    const part = single ?? double?.replace(/\\([\\"$`\n])/g, '$1') ?? escaped ?? plain;
    if (part !== undefined) word = (word ?? '') + part;
    else if (word !== undefined) words.push(word);
    if (part === undefined) word = undefined;
  }
  return word === undefined ? words : [...words, word];
}

function unfinished(key: string): HaosError<CcErrorCode> {
  return new HaosError<CcErrorCode>('HAOS_CC_K3S_ARGUMENT', `${key} has a quote that is not closed`, {
    hint: 'Close the quote, or put a backslash before it.',
  });
}
