import type { Readable, Writable } from 'node:stream';

/** Where a person is. Nothing is read before the first question, nor between two. */
export interface Streams {
  /** A terminal has `setRawMode`, as `process.stdin` has. */
  input: Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown };
  output: Writable;
}
