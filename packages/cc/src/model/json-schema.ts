import { PROJECT } from '@haos/system/internal';
import { spellings } from './names.js';
import { configDefinition, type KeyDefinition, snakeCase } from './schema.js';

/** A JSON Schema, draft-07. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * Returns the schema of the configuration object after names and values are coerced. The validator
 * is compiled from it.
 */
export function canonicalSchema(): JsonSchema {
  return {
    ...canonicalType(configDefinition),
    definitions: {
      string: { type: 'string' },
      boolean: { type: 'boolean' },
      strings: { type: 'array', items: { type: 'string' } },
      'string-map': { type: 'object', additionalProperties: { type: 'string' } },
    },
  };
}

function canonicalType(definition: KeyDefinition): JsonSchema {
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

function canonicalObject(definition: KeyDefinition): JsonSchema {
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
    ...writtenSchema(configDefinition),
  };
}

function writtenSchema(definition: KeyDefinition): JsonSchema {
  const annotations = {
    description: definition.description,
    ...(definition.default === undefined ? {} : { default: definition.default }),
    ...(definition.examples.length > 0 ? { examples: definition.examples } : {}),
    ...(definition.secret ? { 'x-haos-secret': true } : {}),
    ...(definition.phases ? { 'x-haos-phases': definition.phases } : {}),
  };
  return { ...annotations, ...writtenType(definition) };
}

const TEXT = { type: ['string', 'number', 'boolean', 'null'] };

function writtenType(definition: KeyDefinition): JsonSchema {
  const item = definition.values ? { enum: definition.values } : TEXT;
  switch (definition.kind) {
    case 'string':
      return item;
    case 'boolean':
      return { type: ['boolean', 'null'] };
    case 'strings':
      return { anyOf: [{ type: 'array', items: item }, item, { type: 'null' }] };
    case 'string-map':
      return { type: ['object', 'null'], additionalProperties: TEXT };
    case 'items':
      return {
        anyOf: [
          { type: 'array', items: writtenObject(definition) },
          writtenObject(definition),
          { type: 'null' },
        ],
      };
    case 'section':
      return { ...writtenObject(definition), type: ['object', 'null'] };
  }
}

function writtenObject(definition: KeyDefinition): JsonSchema {
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
function otherSpellings(key: KeyDefinition): string {
  const documented = snakeCase(key.name);
  const alternatives = spellings(key).map((spelling) =>
    spelling.includes('_')
      ? spelling
      : spelling.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`),
  );
  return `^(?!${documented}$)(?:${alternatives.join('|')})$`;
}
