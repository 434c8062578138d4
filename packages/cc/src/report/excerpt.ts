import leven from 'leven';
import type { Origin } from '../issue.js';
import { isSecretFlag, looksSecret } from '../model/secrets.js';

/** One line of a source, and the part of it to underline. */
export interface Excerpt {
  text: string;
  /** UTF-16 units from the start of `text`. */
  start: number;
  length: number;
}

/** Longer lines, such as a key or an encoded file, are cut around the underlined part. */
const MAX_LINE = 120;
const HIDDEN = '***';

/**
 * How far above a line to look for its key, in UTF-16 units. A value that continues for longer is
 * hidden.
 */
const LOOK_BACK = 16 * 1024;

export interface ExcerptOptions {
  /**
   * Hides the text after the underlined part, because the value of an unknown key may be a secret.
   */
  hideRest?: boolean;
  /**
   * The places of secrets in lines that were shown before, because one line may have thousands of
   * issues.
   */
  known?: Map<string, readonly Range[]>;
}

/**
 * Returns the line that an origin points into, with every secret-like value hidden. The text may
 * not even have been parsed, so this uses the names of keys, including misspelt ones.
 */
export function excerptOf(text: string, origin: Origin, options: ExcerptOptions = {}): Excerpt {
  const lineStart = lineStartBefore(text, origin.offset);
  const rest = /^[^\r\n]*/.exec(text.slice(lineStart))![0];
  const start = Math.min(origin.offset - lineStart, rest.length);
  const marked = { text: rest, start, length: Math.max(1, Math.min(origin.length, rest.length - start)) };
  const hidden = hideSecrets(marked, text.slice(0, lineStart), options.known ?? new Map());
  return shorten(options.hideRest ? hideAfterMark(hidden) : hidden);
}

/** Avoids searching a long text for a carriage return that it does not contain. */
function lineStartBefore(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  return start + text.slice(start, offset).lastIndexOf('\r') + 1;
}

function hideSecrets(excerpt: Excerpt, before: string, known: Map<string, readonly Range[]>): Excerpt {
  const { text } = excerpt;
  if (continuesSecret(text, before))
    return hideRange(excerpt, { from: text.search(/\S|$/), to: text.length });
  const ranges = known.get(text) ?? secretRanges(text);
  known.set(text, ranges);
  return ranges.reduceRight(hideRange, excerpt);
}

function hideAfterMark(excerpt: Excerpt): Excerpt {
  const behind = excerpt.start + excerpt.length;
  const separator = /^["']?\s*[:=]\s*(?=\S)/.exec(excerpt.text.slice(behind))?.[0];
  if (separator === undefined) return excerpt;
  const from = behind + separator.length;
  return hideRange(excerpt, { from, to: valueEnd(excerpt.text, from, separator.includes('=')) });
}

export interface Range {
  from: number;
  to: number;
}

/**
 * Returns values after names such as `token:`, `"password" :`, `haos.token=`, `--token `,
 * `--token, `; passwords in URLs; private keys.
 */
function secretRanges(line: string): Range[] {
  const ranges: Range[] = [];
  // Finds names first, then the text after them: a single expression would try each character of a
  // long text as a beginning.
  const separator = /["']?(\s*[:=]\s*|\s*,\s*| +)(?=\S)/y;
  for (const match of line.matchAll(/[\w.[\]-]+/g)) {
    const name = match[0].replace(/^[[\]]+/, '');
    separator.lastIndex = match.index + match[0].length;
    const between = separator.exec(line)?.[1];
    const isFlag = name.startsWith('-');
    if (between === undefined || !(isFlag || /[:=]/.test(between))) continue;
    const from = separator.lastIndex;
    if (mayHoldSecret(name, line.slice(from)))
      ranges.push({ from, to: valueEnd(line, from, between.includes('=') || isFlag) });
  }
  const privateKey = line.search(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY/);
  if (privateKey >= 0) ranges.push({ from: privateKey, to: line.length });
  for (const match of line.matchAll(/:\/\/[^\s/:@]*:([^\s/@]+)@/g)) {
    const from = match.index + match[0].length - 1 - match[1]!.length;
    ranges.push({ from, to: from + match[1]!.length });
  }
  return disjoint(ranges);
}

/** Returns the ranges in order, each without the part that an earlier one covers. */
function disjoint(ranges: readonly Range[]): Range[] {
  let end = 0;
  return [...ranges]
    .sort((a, b) => a.from - b.from)
    .flatMap(({ from, to }) => {
      const rest = { from: Math.max(from, end), to };
      end = Math.max(end, to);
      return rest.from < rest.to ? [rest] : [];
    });
}

/**
 * Returns whether the text after a name may be a secret. That is so if a part of the name is
 * similar to a secret-like name, with up to two wrong letters. It is also so for the content of a
 * file, and for a network that is not written as a map, where the passphrase cannot be told from
 * the name.
 */
function mayHoldSecret(name: string, value: string): boolean {
  const flag = /^--?([^-].*)$/.exec(name)?.[1];
  if (flag !== undefined && isSecretFlag(flag)) return true;
  const parts = name.toLowerCase().split(/[.[\]]/);
  if (parts.some(looksSecret)) return true;
  if (parts.at(-1) === 'wifi') return !/^\s*\[?\s*(?:\{|$)/.test(value);
  const secrets = ['token', 'password', 'passphrase', 'secret', 'content'];
  return secrets.some((secret) => leven(parts.at(-1)!, secret) <= 2);
}

/**
 * Returns where a value ends. After `=` it ends at white space unless it is quoted; in YAML it
 * takes the rest of the line.
 */
function valueEnd(line: string, from: number, isParameter: boolean): number {
  if (!isParameter) return line.length;
  return from + (/^(?:"[^"]*"?|[^\s"]+)+/.exec(line.slice(from))?.[0].length ?? 0);
}

/**
 * Returns whether a line belongs to the value of a key above it that may hold a secret, or is the
 * value of a flag above it. A line without its own key may have lost its indentation, and a list
 * may begin directly below its key.
 */
function continuesSecret(line: string, before: string): boolean {
  const indent = line.search(/\S|$/);
  const hasKey = /^[\s-]*(?:"[^"]*"|'[^']*'|[\w.-]+)\s*:(?:\s|$)/.test(line);
  const mayStandBelow = !hasKey || line.trimStart().startsWith('-');
  if (indent === 0 && !mayStandBelow) return false;
  const above = before.slice(-LOOK_BACK).split(/\r\n|\r|\n/);
  const flag = /^\s*-\s+["']?(-[\w-]+)["']?\s*$/.exec(above.at(-2) ?? '')?.[1];
  if (flag !== undefined && mayHoldSecret(flag, line)) return true;
  for (let index = above.length - 2; index >= 0; index--) {
    const [, spaces = '', name] = /^([\s-]*)["']?([\w.-]+)["']?\s*:/.exec(above[index]!) ?? [];
    if (name === undefined) continue;
    if (spaces.length < indent || (mayStandBelow && spaces.length === indent))
      return mayHoldSecret(name, hasKey ? '' : line);
  }
  return before.length > LOOK_BACK;
}

function hideRange(excerpt: Excerpt, { from, to }: Range): Excerpt {
  const text = excerpt.text.slice(0, from) + HIDDEN + excerpt.text.slice(to);
  const move = (position: number): number => {
    if (position <= from) return position;
    return position < to ? from : position - (to - from) + HIDDEN.length;
  };
  const start = move(excerpt.start);
  const end = excerpt.start + excerpt.length;
  const newEnd = end <= from ? end : end <= to ? from + HIDDEN.length : end - (to - from) + HIDDEN.length;
  return { text, start, length: Math.max(1, newEnd - start) };
}

function shorten(excerpt: Excerpt): Excerpt {
  if (excerpt.text.length <= MAX_LINE) return excerpt;
  const from = Math.max(0, Math.min(excerpt.start - 40, excerpt.text.length - MAX_LINE));
  const head = from > 0 ? '...' : '';
  const cut = excerpt.text.slice(from, from + MAX_LINE);
  const tail = from + MAX_LINE < excerpt.text.length ? '...' : '';
  const start = excerpt.start - from + head.length;
  return {
    text: head + cut + tail,
    start,
    length: Math.max(1, Math.min(excerpt.length, head.length + cut.length - start)),
  };
}
