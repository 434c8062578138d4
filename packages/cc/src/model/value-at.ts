import { isTree } from '../merge/merge.js';
import type { Value } from './normalise.js';
import { pointerSegments } from './pointer.js';

/** Returns the value that a JSON pointer leads to, or undefined if it leads nowhere. */
export function valueAt(value: Value, pointer: string): Value | undefined {
  return pointerSegments(pointer).reduce<Value | undefined>(
    (inside, segment) =>
      Array.isArray(inside) ? inside[Number(segment)] : isTree(inside) ? inside[segment] : undefined,
    value,
  );
}
