import { type DescribedKey, snakeCase } from '@haos/cc/internal';
import type { Schema } from './schema.js';

/** Sections without effect on a node that is installed. */
const LEFT_OUT = ['install'];

/**
 * Returns the structural schema of a cloud-config with its documented names. Keys that are secrets
 * are left out, because every user who may list the objects would read them. It is stricter than
 * the file: a list is a list, and a text is not a number.
 */
export function configSchema(definition: DescribedKey): Schema {
  return sectionSchema(definition);
}

function keySchema(key: DescribedKey): Schema {
  // Null takes back what a NodeConfig of a lower priority has.
  const about = { description: key.description, ...(!key.required && !key.values && { nullable: true }) };
  switch (key.kind) {
    case 'string':
      return { ...about, ...textSchema(key) };
    case 'boolean':
      return { ...about, type: 'boolean' };
    case 'strings':
      return { ...about, type: 'array', items: textSchema(key), 'x-kubernetes-list-type': 'atomic' };
    case 'string-map':
      return { ...about, type: 'object', additionalProperties: entrySchema(key) };
    case 'items':
      return { ...about, type: 'array', items: sectionSchema(key), 'x-kubernetes-list-type': 'atomic' };
    case 'section':
      return { ...about, ...sectionSchema(key) };
  }
}

function sectionSchema(section: DescribedKey): Schema {
  const keys = (section.keys ?? []).filter((key) => !key.secret && !LEFT_OUT.includes(key.name));
  const required = keys.filter((key) => key.required).map(({ name }) => snakeCase(name));
  return {
    type: 'object',
    description: section.description,
    properties: Object.fromEntries(keys.map((key) => [snakeCase(key.name), keySchema(key)])),
    ...(required.length > 0 && { required }),
  };
}

function textSchema({ values, pattern, maxLength, required, numeric }: DescribedKey): Schema {
  if (values) return { type: 'string', enum: values };
  return {
    ...(numeric ? ({ 'x-kubernetes-int-or-string': true } as const) : ({ type: 'string' } as const)),
    ...(pattern !== undefined && { pattern: toRe2(pattern) }),
    ...(maxLength !== undefined && { maxLength }),
    ...(required && { minLength: 1 }),
  };
}

/** The values of maps, such as those of sysctls, are often numbers. */
function entrySchema({ pattern }: DescribedKey): Schema {
  return pattern === undefined
    ? { 'x-kubernetes-int-or-string': true }
    : { type: 'string', pattern: toRe2(pattern) };
}

/**
 * Returns an expression for RE2, with which the API server checks: it has other escapes, and no
 * look-ahead, so that the length of a label's prefix is left to `validate`.
 */
function toRe2(pattern: string): string {
  return pattern.replace(/\\u00([0-9a-f]{2})/g, '\\x$1').replace(/\(\?=[^)]*\)/g, '');
}
