import { configDefinition } from '../generated/keys.js';
import type { KeyDefinition } from '../model/key.js';
import { namesOf } from '../model/names.js';
import type { Tree, Value } from '../model/normalise.js';

/**
 * Merges the trees of all sources, lowest precedence first. Sections merge by key. A later source
 * replaces everything else as a whole, including lists and maps of strings. An explicit null clears
 * everything below it.
 */
export function mergeTrees(trees: readonly Tree[]): Tree {
  const merged = trees.reduce<Tree>((low, high) => mergeSection(low, high, configDefinition), {});
  return withoutNulls(merged, configDefinition);
}

function mergeSection(low: Tree, high: Tree, definition: KeyDefinition): Tree {
  const merged = { ...low };
  for (const [name, value] of Object.entries(high)) {
    const key = namesOf(definition).byName.get(name);
    const below = low[name];
    merged[name] =
      key?.kind === 'section' && isTree(below) && isTree(value) ? mergeSection(below, value, key) : value;
  }
  return merged;
}

function withoutNulls(tree: Tree, definition: KeyDefinition): Tree {
  const kept: Tree = {};
  for (const [name, value] of Object.entries(tree)) {
    if (value === null) continue;
    const key = namesOf(definition).byName.get(name);
    if (key?.kind === 'section' && isTree(value)) kept[name] = withoutNulls(value, key);
    else if (key?.kind === 'items' && Array.isArray(value))
      kept[name] = value.map((item) => (isTree(item) ? withoutNulls(item, key) : item));
    else kept[name] = value;
  }
  return kept;
}

export function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
