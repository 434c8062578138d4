import { base64 } from '@haos/host/internal';
import { configDefinition } from '../generated/keys.js';
import type { Issue } from '../issue.js';
import { utf8 } from '../parse/bytes.js';
import type { Document } from '../parse/document.js';
import type { MappingNode, Node, Pair } from '../parse/node.js';
import { floatDigits, integerDigits, isTrue, scalarType } from '../parse/scalar.js';
import type { KeyDefinition } from './key.js';
import { lookUpName } from './names.js';
import {
  ambiguousValue,
  notAMapping,
  otherBoolean,
  type Report,
  replacedKeys,
  secondSpelling,
  textAsBoolean,
  toIssue,
  unknownKey,
} from './normalise-reports.js';
import { octalMeant } from './octal-mode.js';
import { toPointer } from './pointer.js';

/**
 * A configuration tree before its types are checked: canonical names, coerced values, wrong types
 * unchanged.
 */
export type Value = string | number | boolean | null | Value[] | Tree;
export interface Tree {
  [key: string]: Value;
}

export interface NormaliseResult {
  value: Tree;
  issues: Issue[];
}

/**
 * Converts every known name, in any spelling, to its canonical camelCase form, and coerces each
 * value to the kind of its key. Drops and reports unknown names. Keeps a value of a wrong type,
 * because a later source may replace it.
 */
export function normalise(document: Document): NormaliseResult {
  const normaliser = new Normaliser(document);
  const root = document.root;
  const isEmpty = root === undefined || (root.kind === 'scalar' && scalarType(root) === 'null');
  if (isEmpty) return { value: {}, issues: [] };
  if (root.kind !== 'mapping') {
    normaliser.report(notAMapping(root));
    return { value: {}, issues: normaliser.issues };
  }
  return { value: normaliser.section(root, configDefinition, ''), issues: normaliser.issues };
}

class Normaliser {
  readonly issues: Issue[] = [];

  constructor(private readonly document: Document) {}

  report(...reports: Report[]): void {
    for (const report of reports) this.issues.push(toIssue(this.document, report));
  }

  section(node: MappingNode, definition: KeyDefinition, pointer: string): Tree {
    const tree: Tree = {};
    const spelledAs = new Map<string, Pair>();
    for (const pair of node.pairs) {
      const key = lookUpName(definition, pair.key);
      if (!key) {
        this.report(...unknownKey(pair, definition, pointer));
        continue;
      }
      const earlier = spelledAs.get(key.name);
      if (earlier) {
        this.report(secondSpelling(pair, earlier, `${pointer}/${key.name}`));
        this.report(...replacedKeys(earlier, pair, pointer));
      }
      spelledAs.set(key.name, pair);
      tree[key.name] = this.value(pair.value, key, `${pointer}/${key.name}`);
    }
    for (const earlier of node.replaced ?? []) {
      const later = node.pairs.find(({ key }) => key === earlier.key);
      if (later) this.report(...replacedKeys(earlier, later, pointer));
    }
    return tree;
  }

  private value(node: Node, key: KeyDefinition, pointer: string): Value {
    switch (key.kind) {
      case 'string':
        return this.text(node, pointer, key.numeric);
      case 'boolean':
        return this.boolean(node, pointer);
      case 'strings':
        return this.strings(node, pointer);
      case 'string-map':
        return this.stringMap(node, pointer);
      case 'items':
        return this.items(node, key, pointer);
      case 'section':
        return node.kind === 'mapping' ? this.section(node, key, pointer) : plainValue(node);
    }
  }

  /** Numbers and booleans become the text as written. */
  private text(node: Node, pointer: string, numeric = false): Value {
    if (node.kind !== 'scalar') return plainValue(node);
    if (node.bytes) return utf8(node.bytes) ?? [];
    const type = scalarType(node);
    if (type === 'null') return null;
    // What the permissions were before is worth more than that they are a number.
    const isDecimalMode = pointer.endsWith('/permissions') && octalMeant(node.text) !== undefined;
    const isNumber = numeric && /^(?:0|[1-9]\d*)$/.test(node.text);
    if (type !== 'string' && !isDecimalMode && !isNumber) this.report(ambiguousValue(node, pointer));
    return node.text;
  }

  private boolean(node: Node, pointer: string): Value {
    if (node.kind !== 'scalar') return plainValue(node);
    const type = scalarType(node);
    if (type === 'null') return null;
    if (type === 'boolean') {
      if (!/^(?:true|false)$/i.test(node.text)) this.report(otherBoolean(node, pointer));
      return isTrue(node.text);
    }
    if (type !== 'string') return Number(node.text);
    if (node.text !== 'true' && node.text !== 'false') this.report(textAsBoolean(node, pointer));
    return node.text === 'true';
  }

  private strings(node: Node, pointer: string): Value {
    if (node.kind === 'mapping') return plainValue(node);
    if (node.kind === 'scalar') {
      const text = this.text(node, pointer);
      return text === null ? null : [text];
    }
    return node.items.map((item, index) => this.text(item, `${pointer}/${index}`) ?? '');
  }

  private stringMap(node: Node, pointer: string): Value {
    if (node.kind !== 'mapping') return plainValue(node);
    const tree: Tree = {};
    for (const { key, value } of node.pairs)
      setOwn(tree, key, this.mapText(value, `${pointer}${toPointer([key])}`));
    return tree;
  }

  /**
   * Values of maps are trimmed, and typed values become their canonical text, such as `8` for
   * `010`. Of a list, the first item counts.
   */
  private mapText(node: Node, pointer: string): Value {
    if (node.kind === 'mapping') return plainValue(node);
    if (node.kind === 'sequence') return node.items[0] ? this.mapText(node.items[0], pointer) : '';
    if (node.bytes) return utf8(node.bytes) ?? [];
    const type = scalarType(node);
    if (type === 'null') return '';
    if (type === 'string') return node.text.trim();
    const text =
      type === 'boolean'
        ? String(isTrue(node.text))
        : type === 'integer'
          ? integerDigits(node.text)
          : floatDigits(node.text);
    if (text !== node.text) this.report(ambiguousValue(node, pointer, text));
    return text;
  }

  private items(node: Node, key: KeyDefinition, pointer: string): Value {
    if (node.kind === 'scalar') return scalarType(node) === 'null' ? null : plainValue(node);
    const items = node.kind === 'mapping' ? [node] : node.items;
    return items.map((item, index) => {
      if (item.kind === 'scalar' && scalarType(item) === 'null') return {};
      if (item.kind !== 'mapping') return plainValue(item);
      const tree = this.section(item, key, `${pointer}/${index}`);
      return key.name === 'writeFiles' ? withBinaryContent(tree, item, key) : tree;
    });
  }
}

/** Encodes bytes that are not text as base64, and sets the encoding. */
function withBinaryContent(tree: Tree, item: MappingNode, definition: KeyDefinition): Tree {
  const content = item.pairs.findLast((pair) => lookUpName(definition, pair.key)?.name === 'content')?.value;
  if (content?.kind !== 'scalar' || !content.bytes || utf8(content.bytes) !== undefined) return tree;
  const encoding = tree.encoding ?? '';
  const encoded =
    encoding === '' ? 'b64' : encoding === 'gz' || encoding === 'gzip' ? `${encoding}+b64` : encoding;
  return { ...tree, content: base64(content.bytes), encoding: encoded };
}

/**
 * Converts a node by YAML's own types if no rule of its key covers it. The type check then reports
 * the problem.
 */
function plainValue(node: Node): Value {
  if (node.kind === 'sequence') return node.items.map(plainValue);
  if (node.kind === 'mapping') {
    const tree: Tree = {};
    for (const { key, value } of node.pairs) setOwn(tree, key, plainValue(value));
    return tree;
  }
  const type = scalarType(node);
  if (type === 'null') return null;
  if (type === 'boolean') return isTrue(node.text);
  return type === 'string'
    ? node.text
    : Number(type === 'integer' ? integerDigits(node.text) : floatDigits(node.text));
}

/** Sets a data property of any name, including `__proto__`. */
function setOwn(tree: Tree, key: string, value: Value): void {
  if (key === '__proto__')
    Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
  else tree[key] = value;
}
