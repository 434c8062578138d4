import { configDefinition } from '../generated/keys.js';
import { lookUpName } from '../model/names.js';
import type { MappingNode, Node, ScalarNode } from '../parse/node.js';
import { findPair, textOf } from './source.js';

/** A file of `write_files` whose content is plain text. */
export interface WrittenFile {
  readonly path: string;
  readonly content: string;
  /** Of the content; undefined where there is none. */
  readonly node: ScalarNode | undefined;
}

/** The file of an item of `write_files`; undefined where its content is not plain text. */
export function readWrittenFile(node: Node): WrittenFile | undefined {
  if (node.kind !== 'mapping') return undefined;
  const file = lookUpName(configDefinition, 'writeFiles')!;
  const read = (name: string, mapping: MappingNode) => findPair(mapping, file, name)?.value;
  const path = textOf(read('path', node));
  const content = read('content', node);
  const encoding = textOf(read('encoding', node)) ?? '';
  if (path === undefined || !['', 'text/plain'].includes(encoding)) return undefined;
  const text = content === undefined ? '' : textOf(content);
  if (text === undefined) return undefined;
  return { path, content: text, node: content?.kind === 'scalar' ? content : undefined };
}
