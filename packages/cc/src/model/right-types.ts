import { isTree } from '../merge/merge.js';
import type { KeyDefinition } from './key.js';
import { namesOf } from './names.js';
import type { Value } from './normalise.js';

/**
 * Returns whether a value and everything in it has the type of its key. The generated validator
 * says the same, and where the wrong values are; a start without any does not have to compile it.
 */
export function hasRightTypes(value: Value | undefined, key: KeyDefinition): boolean {
  switch (key.kind) {
    case 'string':
    case 'boolean':
      return typeof value === key.kind;
    case 'strings':
      return Array.isArray(value) && value.every(isText);
    case 'string-map':
      return isTree(value) && Object.values(value).every(isText);
    case 'items':
      return Array.isArray(value) && value.every((item) => hasRightKeys(item, key));
    case 'section':
      return hasRightKeys(value, key);
  }
}

function hasRightKeys(value: Value | undefined, section: KeyDefinition): boolean {
  if (!isTree(value)) return false;
  return Object.entries(value).every(([name, inside]) => {
    const key = namesOf(section).byName.get(name);
    return key === undefined || hasRightTypes(inside, key);
  });
}

function isText(value: Value): boolean {
  return typeof value === 'string';
}
