import type { Origin } from '../issue.js';
import type { Tree, Value } from '../model/normalise.js';
import type { Document } from '../parse/document.js';

/** One source with canonical names and coerced values. */
export interface Layer {
  readonly document: Document;
  readonly value: Tree;
}

/** The value of one source for a key, whether it is effective or not. */
export interface Contribution {
  origin: Origin;
  /** The value; null if the source clears the key. */
  value: Value;
}
