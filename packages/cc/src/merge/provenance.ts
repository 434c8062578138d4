import { configDefinition } from '../generated/keys.js';
import type { Origin, SourceName } from '../issue.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import type { Tree, Value } from '../model/normalise.js';
import { definitionAt, pointerSegments, toPointer } from '../model/pointer.js';
import { type Document, originAt } from '../parse/document.js';
import type { Node } from '../parse/node.js';
import { isTree } from './merge.js';

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

/** Where every value of a configuration came from. Computed on request. */
export interface Provenance {
  /** The sources that were read, lowest precedence first. */
  readonly sources: readonly SourceName[];
  /** JSON pointers of all leaves: list items, entries of maps, scalars. */
  leaves(): string[];
  /**
   * Returns the origins of a leaf, the winner first, then what it overrode. Empty if the pointer
   * leads nowhere.
   */
  origins(pointer: string): Origin[];
  /** Returns the source of a whole key; much cheaper than its place, which `origins` finds. */
  winner(pointer: string): SourceName | undefined;
  /**
   * Returns what every source says about a whole key (a list, a map of strings, a scalar), the
   * winner first.
   */
  contributions(pointer: string): Contribution[];
  /**
   * Pointers of the keys that a source gave a value and a later one cleared, in the order of the
   * schema.
   */
  cleared(): string[];
}

/**
 * Returns the provenance of the configuration that these layers, lowest precedence first, merge to.
 * `removed` are pointers to the values that were left out of it, in order.
 */
export function traceProvenance(
  layers: readonly Layer[],
  config: Tree,
  removed: readonly string[] = [],
): Provenance {
  return {
    sources: layers.map(({ document }) => document.source),
    leaves: () => leavesOf(config, ''),
    origins: (pointer) => originsOf(layers, writtenPointer(pointer, removed)),
    winner: (pointer) => contributorsOf(layers, keySegments(pointer))[0]?.layer.document.source,
    contributions: (pointer) => contributionsOf(layers, keySegments(pointer)),
    cleared: () =>
      keysOf(configDefinition, [])
        .filter((key) => isCleared(layers, key))
        .map(toPointer),
  };
}

/** Returns the paths of all keys except sections. */
function keysOf(section: KeyDefinition, path: readonly string[]): string[][] {
  return (section.keys ?? []).flatMap((key) =>
    key.kind === 'section' ? keysOf(key, [...path, key.name]) : [[...path, key.name]],
  );
}

function isCleared(layers: readonly Layer[], key: readonly string[]): boolean {
  const [winner, ...overridden] = contributorsOf(layers, key);
  return winner?.value === null && overridden.some(({ value }) => value !== null);
}

/**
 * Returns the pointer to a value as it was written. After an item was left out of a list, the later
 * items moved up.
 */
function writtenPointer(pointer: string, removed: readonly string[]): string {
  return removed.reduce((written, gone) => {
    const list = gone.slice(0, gone.lastIndexOf('/'));
    if (!written.startsWith(`${list}/`) || definitionAt(list).kind !== 'items') return written;
    const [, index = '', rest = ''] = /^\/(\d+)(.*)$/s.exec(written.slice(list.length)) ?? [];
    const isBefore = Number(index) < Number(gone.slice(list.length + 1));
    return isBefore ? written : `${list}/${Number(index) + 1}${rest}`;
  }, pointer);
}

function leavesOf(value: Value, pointer: string): string[] {
  if (typeof value !== 'object' || value === null) return [pointer];
  const entries = Object.entries(value);
  if (entries.length === 0) return pointer === '' ? [] : [pointer];
  return entries.flatMap(([key, inside]) => leavesOf(inside, pointer + toPointer([key])));
}

function originsOf(layers: readonly Layer[], pointer: string): Origin[] {
  const segments = pointerSegments(pointer);
  const key = keySegments(pointer);
  const contributors = contributorsOf(layers, key);
  return contributors.map(({ layer, value }, index) => {
    const inside = index === 0 && value !== null ? segments : key;
    return locate(layer.document, inside) ?? locate(layer.document, key) ?? originAt(layer.document, 0, 1);
  });
}

function contributionsOf(layers: readonly Layer[], key: readonly string[]): Contribution[] {
  return contributorsOf(layers, key).map(({ layer, value }) => ({
    value,
    origin: locate(layer.document, key) ?? originAt(layer.document, 0, 1),
  }));
}

/**
 * Returns the layers that set a key, highest first. A section that is set to null sets all keys in
 * it to null.
 */
function contributorsOf(layers: readonly Layer[], key: readonly string[]): { layer: Layer; value: Value }[] {
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
function keySegments(pointer: string): string[] {
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

/** Returns the pointer to the key that a leaf belongs to: the unit that a later source replaces. */
export function keyPointerOf(pointer: string): string {
  return toPointer(keySegments(pointer));
}

/**
 * Returns the place of a canonical path in a document: that of the value, or of the key if the
 * value is a list or map. A path through a null ends there.
 */
function locate(document: Document, segments: readonly string[]): Origin | undefined {
  let node: Node | undefined = document.root;
  let definition: KeyDefinition | undefined = configDefinition;
  let place: { start: number; length: number } | undefined;
  for (const segment of segments) {
    const step: Step | undefined = node && stepInto(node, definition, segment);
    if (!step)
      return place && node?.kind === 'scalar' ? originAt(document, place.start, place.length) : undefined;
    node = step.node;
    definition = step.definition;
    place = step.place;
  }
  return place && originAt(document, place.start, place.length);
}

interface Step {
  node: Node;
  definition: KeyDefinition | undefined;
  place: { start: number; length: number };
}

function stepInto(node: Node, definition: KeyDefinition | undefined, segment: string): Step | undefined {
  const isIndex = /^\d+$/.test(segment) && (definition?.kind === 'items' || definition?.kind === 'strings');
  if (node.kind === 'sequence' && (isIndex || definition?.kind === 'string-map')) {
    const item = node.items[Number(segment)];
    return item && { node: item, definition, place: item };
  }
  // A single value in place of a list is the only item of the list.
  if (isIndex) return { node, definition, place: node };
  if (node.kind !== 'mapping') return undefined;
  const matches = (name: string) =>
    definition?.keys ? lookUpName(definition, name)?.name === segment : name === segment;
  const pair = node.pairs.findLast((candidate) => matches(candidate.key));
  if (!pair) return undefined;
  return {
    node: pair.value,
    definition: definition?.keys ? lookUpName(definition, pair.key) : undefined,
    place:
      pair.value.kind === 'scalar' && pair.value.text !== ''
        ? pair.value
        : { start: pair.keyStart, length: pair.keyLength },
  };
}
