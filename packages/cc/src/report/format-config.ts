import { dump } from 'js-yaml';
import { configDefinition } from '../generated/keys.js';
import type { CloudConfig } from '../generated/types.js';
import { requireTypes } from '../model/check-types.js';
import { type KeyDefinition, snakeCase } from '../model/key.js';

/**
 * The configuration as the text of a file: `#cloud-config`, then YAML with snake_case names in the
 * order of the schema. All members are there, secrets and `haos.install` too, but for those without
 * a value: empty texts, lists and maps. Reading the text gives the same configuration. Blanks
 * around the entries of a map of texts are left out, as they are when one is read. Throws
 * HAOS_CC_ARGUMENT for a configuration with values of a wrong type.
 */
export function formatConfig(config: CloudConfig): string {
  requireTypes(config);
  const written = writtenSection(config as Tree, configDefinition);
  const options = { lineWidth: -1, noRefs: true };
  // The default schema of `dump` quotes whatever YAML 1.1 or 1.2 would take for something else than
  // text.
  return isEmpty(written) ? '#cloud-config\n' : `#cloud-config\n${dump(written, options)}`;
}

interface Tree {
  [key: string]: unknown;
}

function writtenSection(section: Tree, definition: KeyDefinition): Tree {
  const written: Tree = {};
  for (const key of definition.keys ?? []) {
    const value = writtenValue(section[key.name], key);
    if (!isEmpty(value)) written[snakeCase(key.name)] = value;
  }
  return written;
}

function writtenValue(value: unknown, key: KeyDefinition): unknown {
  if (value === undefined) return undefined;
  if (key.kind === 'section') return writtenSection(value as Tree, key);
  if (key.kind === 'items') return (value as Tree[]).map((item) => writtenSection(item, key));
  if (key.kind === 'string-map')
    return Object.fromEntries(
      Object.entries(value as Tree).map(([name, text]) => [name, String(text).trim()]),
    );
  return value;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '') return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
