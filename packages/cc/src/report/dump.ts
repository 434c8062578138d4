import { configDefinition } from '../generated/keys.js';
import type { CloudConfig } from '../generated/types.js';
import { type KeyDefinition, snakeCase } from '../model/key.js';
import { namesOf } from '../model/names.js';

/**
 * Returns the configuration as one line of JSON with camelCase names, for programs. Leaves out
 * empty values, but a file always has all its keys, and `haos.install` is always present. The
 * output contains the secrets.
 */
export function dumpJson(config: CloudConfig): string {
  const { haos, ...rest } = withoutEmpty(config as Tree, configDefinition);
  const haosTree = (haos ?? {}) as Tree;
  return JSON.stringify({ ...rest, haos: { ...haosTree, install: haosTree.install ?? {} } });
}

/**
 * Returns the configuration as YAML with snake_case names, sorted, without `haos.install`, as in a
 * configuration file. The output contains the secrets.
 */
export async function dumpYaml(config: CloudConfig): Promise<string> {
  const { dump } = await import('js-yaml');
  const { haos, ...rest } = withoutEmpty(config as Tree, configDefinition);
  const { install: _install, ...haosTree } = (haos ?? {}) as Tree;
  const written = writtenNames({ ...rest, haos: haosTree }, configDefinition);
  // With its default schema, `dump` quotes every text that YAML 1.1 or 1.2 would treat as another
  // type.
  return dump(written, { sortKeys: true, lineWidth: -1, noRefs: true });
}

interface Tree {
  [key: string]: unknown;
}

function withoutEmpty(tree: Tree, definition: KeyDefinition): Tree {
  const kept: Tree = {};
  for (const [name, value] of Object.entries(tree)) {
    const key = namesOf(definition).byName.get(name);
    if (!key) continue;
    const shortened = shorten(value, key);
    if (!isEmpty(shortened)) kept[name] = shortened;
  }
  return kept;
}

function shorten(value: unknown, key: KeyDefinition): unknown {
  if (key.kind === 'section') return withoutEmpty(value as Tree, key);
  if (key.kind !== 'items') return value;
  const empty =
    key.name === 'writeFiles' ? Object.fromEntries((key.keys ?? []).map(({ name }) => [name, ''])) : {};
  return (value as Tree[]).map((item) => ({ ...empty, ...withoutEmpty(item, key) }));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function writtenNames(tree: Tree, definition: KeyDefinition): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => {
      const key = namesOf(definition).byName.get(name);
      return [snakeCase(name), key ? writtenValue(value, key) : value];
    }),
  );
}

function writtenValue(value: unknown, key: KeyDefinition): unknown {
  if (key.kind === 'section') return writtenNames(value as Tree, key);
  if (key.kind === 'items') return (value as Tree[]).map((item) => writtenNames(item, key));
  return value;
}
