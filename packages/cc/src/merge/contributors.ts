import { configDefinition } from '../generated/keys.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import type { Tree, Value } from '../model/normalise.js';
import { pointerSegments } from '../model/pointer.js';
import type { Layer } from './layer.js';
import { isTree } from './merge.js';

/**
 * Returns the layers that set a key, highest first. A section that is set to null sets all keys in
 * it to null.
 */
export function contributorsOf(
  layers: readonly Layer[],
  key: readonly string[],
): { layer: Layer; value: Value }[] {
  return layers.toReversed().flatMap((layer) => {
    const value = valueAt(layer.value, key);
    return value === undefined ? [] : [{ layer, value }];
  });
}

function valueAt(tree: Tree, segments: readonly string[]): Value | undefined {
  let value: Value | undefined = tree;
  for (const segment of segments) {
    if (value === null) return null;
    if (!isTree(value) || !Object.hasOwn(value, segment)) return undefined;
    value = value[segment];
  }
  return value;
}

/**
 * Returns the part of a pointer that names a key. Everything below a list or a map of strings is
 * replaced together with it.
 */
export function keySegments(pointer: string): string[] {
  const key: string[] = [];
  let definition: KeyDefinition = configDefinition;
  for (const segment of pointerSegments(pointer)) {
    if (definition.kind !== 'section') break;
    const inside = lookUpName(definition, segment);
    if (!inside) break;
    key.push(inside.name);
    definition = inside;
  }
  return key;
}
