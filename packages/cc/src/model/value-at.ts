import { isTree } from '../merge/merge.js';
import type { Value } from './normalise.js';
import { pointerSegments } from './pointer.js';

/** What a JSON pointer leads to; undefined when it leads to nothing. */
export function valueAt(value: Value, pointer: string): Value | undefined {
  return pointerSegments(pointer).reduce<Value | undefined>(
    (inside, segment) =>
      Array.isArray(inside) ? inside[Number(segment)] : isTree(inside) ? inside[segment] : undefined,
    value,
  );
}
