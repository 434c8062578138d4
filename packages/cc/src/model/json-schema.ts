import { PROJECT } from '@haos/system/internal';
import { snakeCase } from './key.js';
import { configSchema, type DescribedKey } from './schema.js';
import { spellingsOf } from './spellings.js';

/** A JSON Schema, draft-07. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * Returns the schema of the configuration object after names and values are coerced. The validator
 * is compiled from it.
 */
export function canonicalSchema(): JsonSchema {
  return {
    ...canonicalType(configSchema),
    definitions: {
      string: { type: 'string' },
      boolean: { type: 'boolean' },
      strings: { type: 'array', items: { type: 'string' } },
      'string-map': { type: 'object', additionalProperties: { type: 'string' } },
    },
  };
}

function canonicalType(definition: DescribedKey): JsonSchema {
  switch (definition.kind) {
    case 'string':
    case 'boolean':
    case 'strings':
    case 'string-map':
      return { $ref: `#/definitions/${definition.kind}` };
    case 'items':
      return { type: 'array', items: canonicalObject(definition) };
    case 'section':
      return canonicalObject(definition);
  }
}

function canonicalObject(definition: DescribedKey): JsonSchema {
  const keys = definition.keys ?? [];
  // Unknown names do not get this far: the look-up of names dropped and reported them.
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map((key) => [key.name, canonicalType(key)])),
  };
}

/**
 * Returns the JSON Schema (draft-07, which editors support best) of the configuration as people
 * write it: snake_case names with descriptions, examples and defaults. It accepts other spellings
 * but does not suggest them.
 */
export function schema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `${PROJECT.documentation}/cloud-config.schema.json`,
    title: 'HAOS cloud-config',
    ...writtenSchema(configSchema),
  };
}

function writtenSchema(definition: DescribedKey): JsonSchema {
  const facts = [
    ...(definition.secret ? ['a secret'] : []),
    ...(definition.phases ? [`takes effect in ${definition.phases.join(', ')}`] : []),
  ];
  const annotations = {
    description: definition.description,
    ...(definition.default === undefined ? {} : { default: definition.default }),
    // Of a list of maps, yaml-language-server would complete the first example as "[object
    // Object]"; the keys of its items have examples of their own.
    ...(definition.examples.length > 0 && definition.kind !== 'items'
      ? { examples: definition.examples }
      : {}),
    // Validators that are strict refuse keywords that they do not know.
    ...(facts.length > 0 ? { $comment: facts.join('; ') } : {}),
  };
  return { ...annotations, ...writtenType(definition) };
}

const NULL = { type: 'null' };

/**
 * What a file may have where a text is wanted: numbers and booleans are taken as they are written.
 */
function textOf({ values, pattern, maxLength, required }: DescribedKey): JsonSchema[] {
  const text = {
    type: 'string',
    ...(pattern === undefined ? {} : { pattern }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(required ? { minLength: 1 } : {}),
  };
  if (values) return [{ enum: values }, { type: 'string', maxLength: 0 }, NULL];
  return [text, { type: 'number' }, { type: 'boolean' }, ...(required ? [] : [NULL])];
}

function writtenType(definition: DescribedKey): JsonSchema {
  const text = textOf(definition);
  switch (definition.kind) {
    case 'string':
      return { anyOf: text };
    case 'boolean':
      return { anyOf: [{ type: 'boolean' }, { enum: ['true', 'false'] }, NULL] };
    case 'strings':
      return { anyOf: [{ type: 'array', items: { anyOf: text } }, ...text] };
    case 'string-map': {
      // Of a list, the first item counts.
      const entry = { anyOf: [...text, { type: 'array', items: { anyOf: text } }] };
      const names = definition.namePattern;
      return {
        type: ['object', 'null'],
        ...(names === undefined ? {} : { propertyNames: { pattern: names } }),
        additionalProperties: entry,
      };
    }
    case 'items': {
      const item = writtenObject(definition);
      // `items` beside the types, where yaml-language-server looks for what it completes.
      return { items: item, anyOf: [{ type: 'array' }, item, NULL] };
    }
    case 'section':
      return { ...writtenObject(definition), type: ['object', 'null'] };
  }
}

function writtenObject(definition: DescribedKey): JsonSchema {
  const keys = definition.keys ?? [];
  const required = keys.filter((key) => key.required).map((key) => snakeCase(key.name));
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(keys.map((key) => [snakeCase(key.name), writtenSchema(key)])),
    patternProperties: Object.fromEntries(keys.map((key) => [otherSpellings(key), writtenSchema(key)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

/**
 * Returns a pattern for every accepted spelling of a key except the documented one. Regular
 * expressions in JSON Schema have no flag to ignore case.
 */
function otherSpellings(key: DescribedKey): string {
  const documented = snakeCase(key.name);
  const alternatives = spellingsOf(key).map((spelling) =>
    spelling.includes('_')
      ? spelling
      : spelling.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`),
  );
  return `^(?!${documented}$)(?:${alternatives.join('|')})$`;
}
