import leven from 'leven';
import { configDefinition } from '../generated/keys.js';
import type { Origin } from '../issue.js';
import { isSpelling, lookUpName } from '../model/names.js';
import { looksSecret } from '../model/secret-names.js';
import { isSecretFlag } from '../model/secrets.js';
import { BOOT_PARAMETERS } from '../parse/boot-parameters.js';
import { findHiddenParts, type HiddenParts, type Range, rangesWithin } from './hidden-parts.js';

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

/**
 * What is hidden of a text, found once for all of its issues: one line may have thousands of them.
 */
export interface Cover {
  readonly parts: HiddenParts | undefined;
  /** By the offset of a line. */
  readonly lines: Map<number, CoveredLine>;
}

interface CoveredLine {
  /** Of the line as it was written. */
  readonly length: number;
  /** What is hidden of it. */
  readonly ranges: readonly Range[];
  /** The line without that. */
  readonly text: string;
}

export function coverText(text: string): Cover {
  return { parts: findHiddenParts(text), lines: new Map() };
}

export interface ExcerptOptions {
  /**
   * Hides the text after the underlined part, because the value of an unknown key may be a secret.
   */
  hideRest?: boolean;
  cover?: Cover;
}

/**
 * Returns the line that an origin points into, without the values of secret and unknown keys. If
 * the text does not parse, this uses the names of keys, including misspelt ones. A byte order mark
 * is not part of the line.
 */
export function excerptOf(text: string, origin: Origin, options: ExcerptOptions = {}): Excerpt {
  const { lines, parts } = options.cover ?? coverText(text);
  const lineStart = lineStartBefore(text, origin.offset);
  const line = lines.get(lineStart) ?? coverLine(text, lineStart, parts);
  lines.set(lineStart, line);
  const start = Math.min(Math.max(0, origin.offset - lineStart), line.length);
  const end = Math.max(start + 1, Math.min(start + origin.length, line.length));
  const hidden = markOn(line, start, end);
  return shorten(options.hideRest ? hideAfterMark(hidden) : hidden);
}

/** Avoids searching a long text for a carriage return that it does not contain. */
function lineStartBefore(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const lineStart = start + text.slice(start, offset).lastIndexOf('\r') + 1;
  return lineStart === 0 && text.startsWith('\ufeff') ? 1 : lineStart;
}

function coverLine(text: string, lineStart: number, parts: HiddenParts | undefined): CoveredLine {
  const line = /^[^\r\n]*/.exec(text.slice(lineStart))![0];
  const ranges = hiddenOn(line, { before: text.slice(0, lineStart), parts });
  return { length: line.length, ranges, text: hide(line, ranges) };
}

function hide(line: string, ranges: readonly Range[]): string {
  const kept = ranges.map(({ from }, index) => line.slice(ranges[index - 1]?.to ?? 0, from) + HIDDEN);
  return kept.join('') + line.slice(ranges.at(-1)?.to ?? 0);
}

/** The part that is meant, where it is now. */
function markOn({ text, ranges }: CoveredLine, start: number, end: number): Excerpt {
  const newStart = move(ranges, start, 'start');
  return { text, start: newStart, length: Math.max(1, move(ranges, end, 'end') - newStart) };
}

/** What begins or ends inside a hidden range includes all that stands in its place. */
function move(ranges: readonly Range[], position: number, edge: 'start' | 'end'): number {
  let moved = 0;
  for (const { from, to } of ranges) {
    if (position <= from) break;
    if (edge === 'start' ? position < to : position <= to)
      return from + moved + (edge === 'start' ? 0 : HIDDEN.length);
    moved += HIDDEN.length - (to - from);
  }
  return position + moved;
}

interface LinePlace {
  /** The text before the line. */
  before: string;
  parts: HiddenParts | undefined;
}

function hiddenOn(line: string, { before, parts }: LinePlace): readonly Range[] {
  const indent = line.search(/\S|$/);
  if (!parts) {
    if (continuesSecret(line, before)) return [{ from: indent, to: line.length }];
    return disjoint(secretRanges(line, () => false));
  }
  const lineStart = before.length;
  const place = { from: lineStart + indent, to: lineStart + line.length };
  const onLine = (ranges: readonly Range[]): Range[] =>
    rangesWithin(ranges, place).map(({ from, to }) => ({ from: from - lineStart, to: to - lineStart }));
  const isText = (at: number): boolean =>
    rangesWithin(parts.shown, { from: lineStart + at, to: lineStart + at + 1 }).length > 0;
  const isKnown = (from: number, to: number): boolean | 'text' =>
    parts.keyEnds.has(lineStart + to) || (isText(from) && 'text');
  return disjoint([...onLine(parts.hidden), ...secretRanges(line, isKnown)]);
}

function hideAfterMark(excerpt: Excerpt): Excerpt {
  const behind = excerpt.start + excerpt.length;
  const separator = /^["']?\s*[:=]\s*(?=\S)/.exec(excerpt.text.slice(behind))?.[0];
  if (separator === undefined) return excerpt;
  const from = behind + separator.length;
  const range = { from, to: valueEnd(excerpt.text, from, separator.includes('=')) };
  return { ...excerpt, text: hide(excerpt.text, [range]) };
}

/**
 * Returns values after names such as `token:`, `"password" :`, `haos.token=`, `--token `,
 * `--token, ` and after unknown keys; passwords in URLs; private keys. `isKnown` says whether a
 * name is a key that the parser found, or part of a text that may be shown.
 */
function secretRanges(line: string, isKnown: (from: number, to: number) => boolean | 'text'): Range[] {
  const ranges: Range[] = [];
  // Finds names first, then the text after them: a single expression would try each character of a
  // long text as a beginning.
  const separator = /["']?(\s*[:=]\s*|\s*,\s*| +)(?=\S)/y;
  for (const match of line.matchAll(/[\p{L}\p{N}_.[\]-]+/gu)) {
    const name = match[0].replace(/^[[\]]+/, '');
    const end = match.index + match[0].length;
    separator.lastIndex = end;
    const [gap = '', between] = separator.exec(line) ?? [];
    const isFlag = name.startsWith('-');
    if (between === undefined || !(isFlag || /[:=]/.test(between))) continue;
    const from = separator.lastIndex;
    const known = isKnown(match.index, end);
    if (known === true) continue;
    const isUnknown = isUnknownParameter(name, between) || (known === false && isUnknownKey(name, gap));
    if (isUnknown || mayHoldSecret(name, line.slice(from)))
      ranges.push({ from, to: valueEnd(line, from, between.includes('=') || isFlag) });
  }
  const privateKey = line.search(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY/);
  if (privateKey >= 0) ranges.push({ from: privateKey, to: line.length });
  for (const match of line.matchAll(/:\/\/[^\s/:@]*:([^\s/@]+)@/g)) {
    const from = match.index + match[0].length - 1 - match[1]!.length;
    ranges.push({ from, to: from + match[1]!.length });
  }
  return ranges;
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
 * Whether a name before a colon is the name of no key at any level; `gap` is what follows the name.
 */
function isUnknownKey(name: string, gap: string): boolean {
  return /^(?:\s*:\s|["']\s*:)/.test(gap) && !isSpelling(name);
}

/** Whether a name before `=` is a kernel argument of HAOS or k3OS that leads to no key. */
function isUnknownParameter(name: string, between: string): boolean {
  const [head = '', ...parts] = name.toLowerCase().split(/[.[]/);
  if (!between.includes('=') || !/^(?:haos|k3os)$/.test(head) || parts.length === 0) return false;
  let key = lookUpName(configDefinition, 'haos');
  for (const part of parts) {
    if (key?.kind === 'string-map') return false;
    key = key && lookUpName(key, part);
  }
  return key === undefined && !BOOT_PARAMETERS.has(`haos.${parts.join('.')}`);
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
      return mayHoldSecret(name, hasKey ? '' : line) || !isSpelling(name);
  }
  return before.length > LOOK_BACK;
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
