import type { Origin, SourceName } from '../issue.js';
import type { Node } from './node.js';

/** One parsed source of configuration: its text, its origin, and its nodes. */
export interface Document {
  readonly source: SourceName;
  /** The path of the file as the caller knows it. Issues show it. */
  readonly file: string;
  readonly text: string;
  /** Undefined if the text has no keys. */
  readonly root: Node | undefined;
}

/**
 * Returns the place of a range of the text of a document. A byte order mark does not count as a
 * column.
 */
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

/**
 * A cache of a pure function, so that a text with many issues is not searched from its start for
 * each of them.
 */
const lineStarts = new WeakMap<object, readonly number[]>();

/** Returns the offset of the first character of each line. */
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

/** Returns how many of these ascending numbers are at most `limit`. */
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
