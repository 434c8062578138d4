import type { Origin, SourceName } from './issue.js';
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

/** The place of a range of a document's text. */
export function originAt(
  document: Pick<Document, 'source' | 'file' | 'text'>,
  start: number,
  length: number,
): Origin {
  const offset = Math.min(Math.max(0, start), document.text.length);
  const before = document.text.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return {
    source: document.source,
    file: document.file,
    line: lines.length,
    column: lines.at(-1)!.length + 1,
    offset,
    length: Math.max(1, length),
  };
}
