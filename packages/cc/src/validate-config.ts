import { configDefinition } from './generated/keys.js';
import type { CloudConfig } from './generated/types.js';
import type { Issue } from './issue.js';
import { checkTypes } from './model/check-types.js';
import type { KeyDefinition } from './model/key.js';
import { lookUpName } from './model/names.js';
import type { Tree, Value } from './model/normalise.js';
import { documentedKey, toPointer } from './model/pointer.js';
import { suggestName } from './model/suggest-name.js';
import { checkRules } from './rules/check-rules.js';

/** What validation says about a configuration object. */
export interface ObjectReport {
  /** What is left of it: without unknown members and values of a wrong type. */
  config: CloudConfig;
  issues: Issue[];
}

/** No configuration is deeper, but an object may contain itself. */
const MAX_DEPTH = 8;

/**
 * Validates a configuration object, as a program has one: members are in camelCase, as `apply`
 * reads them, and values are not converted. The issues are those of `validate`, without places.
 * Takes anything and throws for no content.
 */
export function validateConfig(config: unknown): ObjectReport {
  if (!isPlainObject(config)) return { config: {}, issues: [notAnObject()] };
  const issues: Issue[] = [];
  const tree = copySection(config, configDefinition, { pointer: '', issues });
  const checked = checkTypes(tree, () => undefined);
  const known = checked.config as CloudConfig;
  const provenance = {
    sources: [],
    leaves: () => [],
    winner: () => undefined,
    origins: () => [],
    contributions: () => [],
    cleared: () => [],
  };
  return {
    config: known,
    issues: [...issues, ...checked.issues, ...checkRules({ config: known, provenance })],
  };
}

interface Place {
  pointer: string;
  issues: Issue[];
}

function copySection(section: object, definition: KeyDefinition, { pointer, issues }: Place): Tree {
  const tree: Tree = {};
  for (const [name, value] of Object.entries(section)) {
    const key = definition.keys?.find((candidate) => candidate.name === name);
    if (value === undefined) continue;
    if (!key) issues.push(unknownMember(name, definition, pointer));
    else tree[name] = copyKey(value, key, { pointer: `${pointer}/${name}`, issues });
  }
  return tree;
}

function copyKey(value: unknown, key: KeyDefinition, place: Place): Value {
  if (key.kind === 'section' && isPlainObject(value)) return copySection(value, key, place);
  if (key.kind !== 'items' || !Array.isArray(value)) return copyValue(value, 0);
  return value.map((item: unknown, index) =>
    isPlainObject(item)
      ? copySection(item, key, { ...place, pointer: `${place.pointer}/${index}` })
      : copyValue(item, 0),
  );
}

/** The same value, where JSON has it; else something that is of no right type. */
function copyValue(value: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) return OTHER;
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => copyValue(item, depth + 1));
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, inside]) => inside !== undefined);
    return Object.fromEntries(entries.map(([name, inside]) => [name, copyValue(inside, depth + 1)]));
  }
  const isJson = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return isJson ? (value as Value) : OTHER;
}

/** Stands for what JSON does not have, such as a function or a Date. */
const OTHER = Symbol('other') as unknown as Value;

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm, such as a vm context, have another Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unknownMember(name: string, section: KeyDefinition, pointer: string): Issue {
  const prefix = documentedKey(pointer);
  const meant = lookUpName(section, name) ?? lookUpName(section, suggestName(section, name) ?? '');
  return {
    severity: 'error',
    code: 'unknown-key',
    message: `unknown member ${prefix ? `${prefix}.` : ''}${name}`,
    pointer: pointer + toPointer([name]),
    key: prefix,
    origin: undefined,
    hint: meant && `Write ${meant.name}.`,
  };
}

function notAnObject(): Issue {
  return {
    severity: 'error',
    code: 'not-a-mapping',
    message: 'a configuration must be an object',
    pointer: '',
    key: '',
    origin: undefined,
    hint: 'Write an object with members such as `hostname`.',
  };
}
