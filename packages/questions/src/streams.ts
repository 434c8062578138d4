import type { Readable, Writable } from 'node:stream';

/** The streams of a terminal. They are read only while a question waits for its answer. */
export interface Streams {
  /** A terminal has `setRawMode`, like `process.stdin`. */
  input: Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown };
  output: Writable;
}
