import { validateConfig } from '../generated/validate-config.js';
import type { Issue, Origin } from '../issue.js';
import { isTree } from '../merge/merge.js';
import { requireArgument } from '../require-argument.js';
import type { KeyDefinition, KeyKind } from './key.js';
import type { Tree, Value } from './normalise.js';
import { definitionAt, documentedKey, pointerSegments, toPointer } from './pointer.js';
import { valueAt } from './value-at.js';

const EXPECTED: Record<KeyKind, string> = {
  string: 'a string',
  boolean: 'true or false',
  strings: 'a list of strings',
  'string-map': 'a map of strings',
  items: 'a list of maps',
  section: 'a map',
};

export interface CheckedTypes {
  config: Tree;
  issues: Issue[];
  /** JSON pointers into the merged configuration to the values that were left out, in order. */
  removed: string[];
}

/**
 * Checks the types of a merged configuration and leaves out wrong values: only the entry in a list
 * of maps or a map of strings, otherwise the whole key, because a list without one of its items has
 * another meaning.
 */
export function checkTypes(merged: Tree, originOf: (pointer: string) => Origin | undefined): CheckedTypes {
  if (validateConfig(merged)) return { config: merged, issues: [], removed: [] };
  // A list may have a hundred thousand wrong items, so this must not compare each with all others.
  const found = new Set((validateConfig.errors ?? []).map(({ instancePath }) => instancePath));
  const wrong = new Set([...found].map(removable));
  const removed = [...wrong]
    .filter((pointer) => !isInside(pointer, wrong))
    .sort(new Intl.Collator('en', { numeric: true }).compare);
  return {
    config: without(merged, removed.map(pointerSegments)) as Tree,
    issues: [...found].map((pointer) => typeIssue(merged, pointer, originOf(pointer))),
    removed,
  };
}

/** Throws HAOS_CC_ARGUMENT for a configuration object with a value of a wrong type. */
export function requireTypes(config: object): void {
  if (validateConfig(config)) return;
  const pointer = validateConfig.errors?.[0]?.instancePath ?? '';
  requireArgument(
    false,
    pointer === ''
      ? 'the configuration must be an object'
      : `${documentedKey(pointer)} has a wrong type; validateConfig says more`,
  );
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
    hint: /^(?:init|boot|run)_cmd\[/.test(key) && Array.isArray(found) ? hintForWords(found) : undefined,
  };
}

/** Returns the hint for a command as a list of words, another form that cloud-init accepts. */
function hintForWords(words: readonly Value[]): string {
  const hint = 'Write the command as one string, not as a list of words.';
  return words.includes('systemctl')
    ? `${hint} HAOS has no systemd: use rc-service, and rc-update to start a service at each boot.`
    : hint;
}

/** Inside a list or a map of strings, one entry is wrong. */
function expectedAt(definition: KeyDefinition, key: string): string {
  const isEntry = key.endsWith(']');
  if (!isEntry) return EXPECTED[definition.kind];
  return definition.kind === 'items' ? 'a map' : 'a string';
}

function describeValue(value: Value | undefined): string {
  if (Array.isArray(value)) return 'a list';
  if (isTree(value)) return 'a map';
  if (value === null || value === undefined) return 'nothing';
  // A value that only a program can have put there.
  if (typeof value === 'symbol') return 'an object of another kind';
  return typeof value === 'string' ? 'a string' : `a ${typeof value}`;
}

/** Returns the pointer to remove. An item of a list of strings takes the list with it. */
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
  const parts = pointer.split('/');
  return parts.some((_, depth) => depth > 0 && others.has(parts.slice(0, depth).join('/')));
}

/** Returns a copy without the values at some paths, none of which lies inside another. */
function without(value: Value, paths: readonly string[][]): Value {
  if (paths.length === 0 || (!Array.isArray(value) && !isTree(value))) return value;
  const inside = new Map<string, string[][]>();
  for (const [name = '', ...rest] of paths) {
    const others = inside.get(name);
    if (others) others.push(rest);
    else inside.set(name, [rest]);
  }
  const isGone = (name: string) => inside.get(name)?.some((rest) => rest.length === 0) === true;
  const keep = (name: string, item: Value) => without(item, inside.get(name) ?? []);
  if (Array.isArray(value))
    return value.flatMap((item, index) => (isGone(String(index)) ? [] : [keep(String(index), item)]));
  const kept = Object.entries(value).filter(([name]) => !isGone(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, keep(name, item)]));
}
