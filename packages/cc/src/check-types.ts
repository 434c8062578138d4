import type { Tree, Value } from './canonical.js';
import { validateConfig } from './generated/validate-config.js';
import type { Issue, Origin } from './issue.js';
import { isTree } from './merge.js';
import { definitionAt, documentedKey, pointerSegments, toPointer } from './pointer.js';
import type { KeyDefinition, KeyKind } from './schema.js';
import { valueAt } from './value-at.js';

const EXPECTED: Record<KeyKind, string> = {
  string: 'text',
  boolean: 'true or false',
  strings: 'a list of texts',
  'string-map': 'a map of texts',
  items: 'a list of maps',
  section: 'a map',
};

export interface CheckedTypes {
  config: Tree;
  issues: Issue[];
  /** JSON pointers into the merged configuration to what was left out, in order. */
  removed: string[];
}

/**
 * Checks the types of a merged configuration and leaves out what has the wrong one: of a list of maps or a map of strings
 * the single entry, otherwise the whole key, since a list that lost an item means something else.
 */
export function checkTypes(merged: Tree, originOf: (pointer: string) => Origin | undefined): CheckedTypes {
  if (validateConfig(merged)) return { config: merged, issues: [], removed: [] };
  const wrong = new Set((validateConfig.errors ?? []).map(({ instancePath }) => removable(instancePath)));
  // From the last index to the first, so that removing an item does not move those still to be removed.
  const pointers = [...wrong]
    .filter((pointer) => !isInside(pointer, wrong))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const issues = (validateConfig.errors ?? [])
    .filter(
      (error, index, all) =>
        all.findIndex(({ instancePath }) => instancePath === error.instancePath) === index,
    )
    .map(({ instancePath }) => typeIssue(merged, instancePath, originOf(instancePath)));
  return {
    config: pointers.reduce((tree, pointer) => without(tree, pointerSegments(pointer)) as Tree, merged),
    issues,
    removed: pointers.toReversed(),
  };
}

function typeIssue(merged: Tree, pointer: string, origin: Origin | undefined): Issue {
  const definition = definitionAt(pointer);
  const key = documentedKey(pointer);
  const found = valueAt(merged, pointer);
  return {
    severity: 'error',
    code: 'wrong-type',
    message: `${key} must be ${expectedAt(definition, key)}, not ${describeValue(found)}`,
    pointer,
    key,
    origin,
    hint: undefined,
  };
}

/** Inside a list or a map of strings it is one entry that is wrong. */
function expectedAt(definition: KeyDefinition, key: string): string {
  const isEntry = key.endsWith(']');
  if (!isEntry) return EXPECTED[definition.kind];
  return definition.kind === 'items' ? 'a map' : 'text';
}

function describeValue(value: Value | undefined): string {
  if (Array.isArray(value)) return 'a list';
  if (isTree(value)) return 'a map';
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** The pointer to what has to go: an item of a list of texts takes the list with it. */
function removable(pointer: string): string {
  const segments = pointerSegments(pointer);
  const definition = definitionAt(pointer);
  const last = segments.at(-1);
  if (definition.kind === 'strings' && last !== undefined && /^\d+$/.test(last))
    return toPointer(segments.slice(0, -1));
  const item = segments.findLastIndex((segment) => /^\d+$/.test(segment));
  return item >= 0 ? toPointer(segments.slice(0, item + 1)) : pointer;
}

function isInside(pointer: string, others: ReadonlySet<string>): boolean {
  return [...others].some((other) => other !== pointer && pointer.startsWith(`${other}/`));
}

/** A copy without the value at a path. */
function without(value: Value, [segment, ...rest]: string[]): Value {
  if (segment === undefined) return value;
  if (Array.isArray(value)) {
    const index = Number(segment);
    return rest.length > 0 ? value.with(index, without(value[index]!, rest)) : value.toSpliced(index, 1);
  }
  if (!isTree(value)) return value;
  if (rest.length > 0) return { ...value, [segment]: without(value[segment]!, rest) };
  const { [segment]: _removed, ...kept } = value;
  return kept;
}
