import { type Parameter, parse } from '@haos/cmdline';
import { configDefinition } from '../generated/keys.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import { BOOT_PARAMETERS } from './boot-parameters.js';
import type { CmdlineProblem } from './cmdline-problem.js';
import { type MappingNode, type Node, type Pair, stringNode } from './node.js';
import { unknownParameter } from './unknown-parameter.js';

export interface CmdlineResult {
  root: MappingNode;
  warnings: CmdlineProblem[];
}

/**
 * Parses the parameters of a kernel command line that name a key of the configuration into nodes.
 * Looks up names as in YAML. A repeated list appends, a repeated other key overrides. Entries of
 * string maps are `name[KEY]=` or `name.KEY=`. Ignores parameters of other programs; reports those
 * that begin with `haos`, or with `k3os` as in the predecessor, but are not a key.
 */
export function parseCmdline(text: string): CmdlineResult {
  const { parameters, issues } = parse(text);
  const root: MappingNode = { kind: 'mapping', pairs: [], start: 0, length: 1 };
  const warnings: CmdlineProblem[] = [];
  const ours = new Set<number>();
  parameters.forEach((parameter, index) => {
    const outcome = insert(root, configDefinition, { parameter, rest: parameter.name });
    const isHaos = isOurs(parameter.name.toLowerCase());
    if (outcome === 'inserted' || isHaos) ours.add(index);
    if (outcome === 'unknown' && isHaos && !BOOT_PARAMETERS.has(parameter.name))
      warnings.push(unknownParameter(parameter));
  });
  for (const issue of issues)
    if (ours.has(issue.parameter) && issue.code !== 'malformed-name' && issue.code !== 'empty-name')
      warnings.push({
        code: 'invalid-cmdline',
        message: issue.message,
        start: issue.offset,
        length: issue.length,
        hint: issue.hint,
      });
  return { root, warnings };
}

/** Returns whether a name in lower case is ours, or was one of the predecessor. */
function isOurs(name: string): boolean {
  return name === 'haos' || ['haos.', 'haos[', 'k3os.', 'k3os['].some((start) => name.startsWith(start));
}

interface Insertion {
  parameter: Parameter;
  /** The remaining part of the name. */
  rest: string;
}

/** Inserts one parameter into the tree. Returns `unknown` if its name is not a key. */
function insert(
  mapping: MappingNode,
  section: KeyDefinition,
  { parameter, rest }: Insertion,
): 'inserted' | 'unknown' {
  const [, name = '', separator = '', inside = ''] = /^([^.[]*)([.[]?)(.*)$/s.exec(rest) ?? [];
  const key = lookUpName(section, name);
  if (!key) return 'unknown';
  const pair = pairOf(mapping, key.name, parameter);
  if (key.kind === 'string-map' && separator)
    return insertEntry(mapping, pair, { parameter, rest: separator + inside });
  if (separator === '[') return 'unknown';
  if (separator === '.') {
    const child = childMapping(mapping, pair, parameter);
    if (key.kind === 'section' || key.kind === 'items') {
      const outcome = insert(child, key, { parameter, rest: inside });
      if (outcome === 'inserted') keep(mapping, pair, child);
      return outcome;
    }
    keep(mapping, pair, child);
    return 'inserted';
  }
  keep(mapping, pair, key.kind === 'strings' ? appended(mapping, pair, parameter) : valueNode(parameter));
  return 'inserted';
}

function insertEntry(
  mapping: MappingNode,
  pair: Pair,
  { parameter, rest }: Insertion,
): 'inserted' | 'unknown' {
  const bracketed = /^\[(.+)\]$/s.exec(rest)?.[1];
  const entry = bracketed ?? (rest.startsWith('.') ? rest.slice(1) : '');
  if (entry === '') return 'unknown';
  const child = childMapping(mapping, pair, parameter);
  keep(child, pairOf(child, entry, parameter), valueNode(parameter));
  keep(mapping, pair, child);
  return 'inserted';
}

function pairOf(mapping: MappingNode, key: string, parameter: Parameter): Pair {
  return {
    key,
    keyStart: parameter.nameOffset,
    keyLength: Math.max(1, parameter.nameLength),
    value: mapping.pairs.find((pair) => pair.key === key)?.value ?? valueNode(parameter),
  };
}

function keep(mapping: MappingNode, pair: Pair, value: Node): void {
  const index = mapping.pairs.findIndex((earlier) => earlier.key === pair.key);
  const kept = { ...pair, value };
  if (index < 0) mapping.pairs.push(kept);
  else mapping.pairs[index] = kept;
}

function childMapping(mapping: MappingNode, pair: Pair, parameter: Parameter): MappingNode {
  const present = mapping.pairs.find((earlier) => earlier.key === pair.key)?.value;
  if (present?.kind === 'mapping') return present;
  return { kind: 'mapping', pairs: [], start: parameter.offset, length: Math.max(1, parameter.length) };
}

function appended(mapping: MappingNode, pair: Pair, parameter: Parameter): Node {
  const present = mapping.pairs.find((earlier) => earlier.key === pair.key)?.value;
  const items = present?.kind === 'sequence' ? present.items : [];
  return {
    kind: 'sequence',
    items: [...items, valueNode(parameter)],
    start: parameter.offset,
    length: Math.max(1, parameter.length),
  };
}

function valueNode(parameter: Parameter): Node {
  return parameter.bare
    ? stringNode('true', parameter.nameOffset, Math.max(1, parameter.nameLength))
    : stringNode(parameter.value, parameter.valueOffset, Math.max(1, parameter.valueLength));
}
