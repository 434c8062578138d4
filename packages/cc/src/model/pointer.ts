import { configDefinition } from '../generated/keys.js';
import { type KeyDefinition, snakeCase } from './key.js';
import { lookUpName } from './names.js';

/** Returns the parts of a JSON pointer (RFC 6901). */
export function pointerSegments(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Builds a JSON pointer from its parts. */
export function toPointer(segments: readonly (string | number)[]): string {
  let pointer = '';
  for (const segment of segments) pointer += `/${escaped(String(segment))}`;
  return pointer;
}

function escaped(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Returns `/haos/k3sArgs/0` as users write it, `haos.k3s_args[0]`, with keys of string maps in
 * brackets, as on the kernel command line.
 */
export function documentedKey(pointer: string): string {
  let key = '';
  let definition: KeyDefinition | undefined = configDefinition;
  for (const segment of pointerSegments(pointer)) {
    const inside: KeyDefinition | undefined = definition?.keys && lookUpName(definition, segment);
    if (inside && !/^\d+$/.test(segment)) {
      key += `${key && '.'}${snakeCase(inside.name)}`;
      definition = inside;
    } else {
      key += `[${segment}]`;
    }
  }
  return key;
}

/**
 * Returns the definition of the key that a pointer leads to. For an item of a list or an entry of a
 * map, that is the definition of the list or map.
 */
export function definitionAt(pointer: string): KeyDefinition {
  let definition = configDefinition;
  for (const segment of pointerSegments(pointer)) {
    const inside = definition.keys && lookUpName(definition, segment);
    if (inside) definition = inside;
  }
  return definition;
}

/** Returns whether the value at a pointer is a secret. */
export function isSecret(pointer: string): boolean {
  return definitionAt(pointer).secret === true;
}
