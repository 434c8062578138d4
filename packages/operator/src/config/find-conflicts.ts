import { readSources } from '@haos/cc';
import { configDefinition, type KeyDefinition, snakeCase } from '@haos/cc/internal';
import type { NodePart } from '../objects/node-parts.js';
import { digest } from './digest.js';

/** Two parts of equal priority that give one key different values. */
export interface Conflict {
  /** The names of the NodeConfigs, in the order of their names. */
  readonly names: readonly [string, string];
  /** As it is documented, such as `haos.sysctls`. */
  readonly key: string;
}

/**
 * Returns the contradictions among the parts of a node: keys to which two parts of equal priority
 * give different values. A list or a map of texts is one value, as when merging.
 */
export function findConflicts(parts: readonly NodePart[], leavesOf: (part: NodePart) => Leaves): Conflict[] {
  return parts.flatMap((first, index) =>
    parts
      .slice(index + 1)
      .filter(({ priority }) => priority === first.priority)
      .flatMap((second) => compare(first, second, leavesOf)),
  );
}

function compare(first: NodePart, second: NodePart, leavesOf: (part: NodePart) => Leaves): Conflict[] {
  const [a, b] = [leavesOf(first), leavesOf(second)];
  return [...a]
    .filter(([key, value]) => b.has(key) && b.get(key) !== value)
    .map(([key]) => ({ names: [first.name, second.name], key }));
}

/** The digests of the values of a part, by the documented keys. */
export type Leaves = ReadonlyMap<string, string>;

/** Returns what a part configures. */
export function leavesOf({ text }: Pick<NodePart, 'text'>): Leaves {
  const { config } = readSources([{ content: text }]);
  return new Map(walk(config as Readonly<Record<string, unknown>>, configDefinition, ''));
}

function walk(
  tree: Readonly<Record<string, unknown>>,
  definition: KeyDefinition,
  prefix: string,
): [string, string][] {
  return (definition.keys ?? []).flatMap((key): [string, string][] => {
    const value = tree[key.name];
    if (value === undefined) return [];
    const name = `${prefix}${snakeCase(key.name)}`;
    if (key.kind === 'section') return walk(value as Readonly<Record<string, unknown>>, key, `${name}.`);
    return [[name, digest(value)]];
  });
}
