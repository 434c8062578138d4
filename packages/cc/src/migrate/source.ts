import { parse } from '@haos/cmdline';
import { configDefinition } from '../generated/keys.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import { parseCmdline } from '../parse/cmdline.js';
import type { MappingNode, Node, Pair, ScalarNode } from '../parse/node.js';
import { parseYaml } from '../parse/yaml.js';

/**
 * How a text is read: as a cloud-config, or as words of a kernel command line, whatever stands
 * around them.
 */
export type MigrationForm = 'yaml' | 'cmdline';

/** A text with its nodes. */
export interface ParsedText {
  readonly form: MigrationForm;
  readonly text: string;
  readonly root: MappingNode;
  /**
   * Nodes that aliases or merge keys use at several places: a place of theirs is not to be removed.
   */
  readonly shared: ReadonlySet<Node>;
}

/** The nodes of a text; undefined when it has no keys, or when it cannot be read. */
export function parseText(text: string, form: MigrationForm): ParsedText | undefined {
  const root = form === 'yaml' ? parseYaml(text).root : parseCmdline(text).root;
  return root?.kind === 'mapping' ? { form, text, root, shared: findShared(root) } : undefined;
}

function findShared(root: Node): Set<Node> {
  const seen = new Set<Node>();
  const shared = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return void shared.add(node);
    seen.add(node);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return shared;
}

function childrenOf(node: Node): readonly Node[] {
  if (node.kind === 'sequence') return node.items;
  return node.kind === 'mapping' ? node.pairs.map(({ value }) => value) : [];
}

/** The scalars of a node, in their order. */
export function scalarsIn(node: Node): Node[] {
  return node.kind === 'scalar' ? [node] : childrenOf(node).flatMap(scalarsIn);
}

/** The definition of the section `haos`. */
export function haosDefinition(): KeyDefinition {
  return lookUpName(configDefinition, 'haos')!;
}

/**
 * The pair of a key of a section, in whatever spelling; the last one, which is the one that counts.
 */
export function findPair(node: Node | undefined, section: KeyDefinition, name: string): Pair | undefined {
  if (node?.kind !== 'mapping') return undefined;
  return node.pairs.findLast(({ key }) => lookUpName(section, key)?.name === name);
}

/** The pair of a key of the section `haos`. */
export function findHaosPair(root: MappingNode, name: string): Pair | undefined {
  return findPair(findPair(root, configDefinition, 'haos')?.value, haosDefinition(), name);
}

/** The items of a list, or the one value that stands for a list of one. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  return node.kind === 'sequence' ? node.items : [node];
}

/** The scalars among the items of a list. */
export function textItemsOf(node: Node | undefined): readonly ScalarNode[] {
  return itemsOf(node).filter((item): item is ScalarNode => item.kind === 'scalar');
}

/** The text of a scalar that is not binary. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && !node.bytes ? node.text : undefined;
}

/** A node as it is written, with its quotes. */
export function rawOf({ text }: Pick<ParsedText, 'text'>, node: Node): string {
  return text.slice(node.start, node.start + node.length);
}

/** The parameters of a kernel command line. */
export function parametersOf(text: string): ReturnType<typeof parse>['parameters'] {
  return parse(text).parameters;
}
