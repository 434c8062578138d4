import type { Origin, SourceName } from '../issue.js';
import type { Node } from './node.js';

/** One source of configuration after parsing: its text, where it came from, and its nodes. */
export interface Document {
  readonly source: SourceName;
  /** The file's path as the caller knows it; shown in issues. */
  readonly file: string;
  readonly text: string;
  /** Undefined: no keys at all. */
  readonly root: Node | undefined;
}

/** The place of a range of a document's text. A byte order mark is no column. */
export function originAt(
  document: Pick<Document, 'source' | 'file' | 'text'>,
  start: number,
  length: number,
): Origin {
  const offset = Math.min(Math.max(0, start), document.text.length);
  const starts = lineStartsOf(document);
  const line = Math.max(1, countUpTo(starts, offset));
  return {
    source: document.source,
    file: document.file,
    line,
    column: Math.max(1, offset - starts[line - 1]! + 1),
    offset,
    length: Math.max(1, length),
  };
}

/** A cache of a pure function: a text with many issues is not searched from its start for each of them. */
const lineStarts = new WeakMap<object, readonly number[]>();

/** The offset of the first character of each line. */
function lineStartsOf(document: Pick<Document, 'text'>): readonly number[] {
  let starts = lineStarts.get(document);
  if (!starts) {
    starts = [
      document.text.startsWith('\ufeff') ? 1 : 0,
      ...Array.from(document.text.matchAll(/\r\n|\r|\n/g), ({ 0: end, index }) => index + end.length),
    ];
    lineStarts.set(document, starts);
  }
  return starts;
}

/** How many of these ascending numbers are at most `limit`. */
function countUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
