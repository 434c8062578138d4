import { configDefinition } from '../generated/keys.js';
import type { Origin } from '../issue.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import type { Value } from '../model/normalise.js';
import { definitionAt, pointerSegments, toPointer } from '../model/pointer.js';
import { type Document, originAt } from '../parse/document.js';
import type { Node } from '../parse/node.js';
import { contributorsOf, keySegments } from './contributors.js';
import type { Contribution, Layer } from './layer.js';

/** Returns the pointers of the keys that a source gave a value and a later one cleared. */
export function clearedKeys(layers: readonly Layer[]): string[] {
  return keysOf(configDefinition, [])
    .filter((key) => isCleared(layers, key))
    .map(toPointer);
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
export function writtenPointer(pointer: string, removed: readonly string[]): string {
  return removed.reduce((written, gone) => {
    const list = gone.slice(0, gone.lastIndexOf('/'));
    if (!written.startsWith(`${list}/`) || definitionAt(list).kind !== 'items') return written;
    const [, index = '', rest = ''] = /^\/(\d+)(.*)$/s.exec(written.slice(list.length)) ?? [];
    const isBefore = Number(index) < Number(gone.slice(list.length + 1));
    return isBefore ? written : `${list}/${Number(index) + 1}${rest}`;
  }, pointer);
}

/** Returns the pointers of all leaves. */
export function leavesOf(value: Value, pointer: string): string[] {
  if (typeof value !== 'object' || value === null) return [pointer];
  const entries = Object.entries(value);
  if (entries.length === 0) return pointer === '' ? [] : [pointer];
  return entries.flatMap(([key, inside]) => leavesOf(inside, pointer + toPointer([key])));
}

/** Returns the origins of a leaf. */
export function originsOf(layers: readonly Layer[], pointer: string): Origin[] {
  const segments = pointerSegments(pointer);
  const key = keySegments(pointer);
  const contributors = contributorsOf(layers, key);
  return contributors.map(({ layer, value }, index) => {
    const inside = index === 0 && value !== null ? segments : key;
    return locate(layer.document, inside) ?? locate(layer.document, key) ?? originAt(layer.document, 0, 1);
  });
}

/** Returns what every source says about a whole key. */
export function contributionsOf(layers: readonly Layer[], key: readonly string[]): Contribution[] {
  return contributorsOf(layers, key).map(({ layer, value }) => ({
    value,
    origin: locate(layer.document, key) ?? originAt(layer.document, 0, 1),
  }));
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
