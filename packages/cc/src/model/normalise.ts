import { base64 } from '@haos/host/internal';
import { configDefinition } from '../generated/keys.js';
import type { Issue, IssueCode, Severity } from '../issue.js';
import { utf8 } from '../parse/bytes.js';
import { type Document, originAt } from '../parse/document.js';
import type { MappingNode, Node, Pair, ScalarNode } from '../parse/node.js';
import { floatDigits, integerDigits, isTrue, scalarType } from '../parse/scalar.js';
import { foreignKeyHint } from './foreign-keys.js';
import { type IdentityKey, identityIn, isEmpty, isLikeHaos, meantIdentity } from './k3s-identity.js';
import { type KeyDefinition, snakeCase } from './key.js';
import { lookUpName } from './names.js';
import { octalMeant } from './octal-mode.js';
import { documentedKey, toPointer } from './pointer.js';
import { suggestName } from './suggest-name.js';

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
    normaliser.report('not-a-mapping', '', root, {
      message: `the top level must be a map of keys, not ${describeNode(root)}`,
      hint: 'Write `key: value` lines, such as `hostname: myhost`.',
    });
    return { value: {}, issues: normaliser.issues };
  }
  return { value: normaliser.section(root, configDefinition, ''), issues: normaliser.issues };
}

/** Describes the type of a node in words. */
function describeNode(node: Node): string {
  if (node.kind === 'sequence') return 'a list';
  if (node.kind === 'mapping') return 'a map';
  if (node.bytes) return 'binary data';
  return {
    null: 'nothing',
    boolean: 'a boolean',
    integer: 'a number',
    float: 'a number',
    string: 'a string',
  }[scalarType(node)];
}

interface Report {
  message: string;
  hint?: string;
  severity?: Severity;
  meant?: IdentityKey;
}

class Normaliser {
  readonly issues: Issue[] = [];

  constructor(private readonly document: Document) {}

  report(code: IssueCode, pointer: string, place: { start: number; length: number }, report: Report): void {
    this.issues.push({
      severity: report.severity ?? 'error',
      code,
      message: report.message,
      pointer,
      key: documentedKey(pointer),
      origin: originAt(this.document, place.start, place.length),
      hint: report.hint,
      ...(report.meant && { meant: report.meant }),
    });
  }

  section(node: MappingNode, definition: KeyDefinition, pointer: string): Tree {
    const tree: Tree = {};
    const spelledAs = new Map<string, Pair>();
    for (const pair of node.pairs) {
      const key = lookUpName(definition, pair.key);
      if (!key) {
        this.reportUnknown(pair, definition, pointer);
        continue;
      }
      const earlier = spelledAs.get(key.name);
      if (earlier) {
        this.reportSecondSpelling(pair, earlier, `${pointer}/${key.name}`);
        this.reportReplaced(earlier, pair, pointer);
      }
      spelledAs.set(key.name, pair);
      tree[key.name] = this.value(pair.value, key, `${pointer}/${key.name}`);
    }
    for (const earlier of node.replaced ?? []) {
      const later = node.pairs.find(({ key }) => key === earlier.key);
      if (later) this.reportReplaced(earlier, later, pointer);
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
    if (type !== 'string' && !isDecimalMode && !isNumber) this.reportAmbiguous(node, pointer);
    return node.text;
  }

  private boolean(node: Node, pointer: string): Value {
    if (node.kind !== 'scalar') return plainValue(node);
    const type = scalarType(node);
    if (type === 'null') return null;
    if (type === 'boolean') {
      if (!/^(?:true|false)$/i.test(node.text))
        this.report('deprecated-form', pointer, node, {
          severity: 'warning',
          message: `${node.text} is read as ${isTrue(node.text)}`,
          hint: `Write ${isTrue(node.text)}.`,
        });
      return isTrue(node.text);
    }
    if (type !== 'string') return Number(node.text);
    if (node.text !== 'true' && node.text !== 'false')
      this.report('ambiguous-scalar', pointer, node, {
        severity: 'warning',
        message: 'any text except "true" is read as false',
        hint: 'Write true or false.',
      });
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
   * Values of maps are trimmed, and typed values become their canonical text. Of a list, the first
   * item counts.
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
    this.reportAmbiguous(node, pointer, text);
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

  private reportUnknown(pair: Pair, section: KeyDefinition, pointer: string): void {
    const meant = pointer === '' || pointer === '/haos' ? meantIdentity(pair.key) : undefined;
    const prefix = documentedKey(pointer);
    this.report('unknown-key', pointer, { start: pair.keyStart, length: pair.keyLength }, {
      severity: 'warning',
      message: `unknown key ${prefix ? `${prefix}.` : ''}${pair.key}`,
      hint: hintForUnknown(pair.key, section, prefix) ?? (meant && `Did you mean ${meant}?`),
      meant,
    } as Report);
    if (pointer === '' && pair.value.kind === 'mapping' && isLikeHaos(pair.key))
      this.reportLostIdentity(pair.value, pair.key);
  }

  /**
   * Reports each key that decides which cluster the node belongs to, also in a section that is
   * unknown as a whole.
   */
  private reportLostIdentity(section: MappingNode, name: string): void {
    for (const { key, keyStart, keyLength } of section.pairs) {
      const meant = meantIdentity(key);
      if (meant === undefined) continue;
      this.report(
        'unknown-key',
        '',
        { start: keyStart, length: keyLength },
        { severity: 'warning', message: `unknown key ${name}.${key}`, hint: `Did you mean ${meant}?`, meant },
      );
    }
  }

  /**
   * Reports each key that decides which cluster the node belongs to, and that is lost with a value
   * that a later one replaces as a whole. A key whose own value is replaced is not lost.
   */
  private reportReplaced(earlier: Pair, later: Pair, pointer: string): void {
    if (pointer !== '' && pointer !== '/haos') return;
    for (const { pair, meant } of identityIn(earlier, pointer)) {
      if (pair === earlier && meant === meantIdentity(pair.key) && !isEmpty(later.value)) continue;
      this.report(
        'duplicate-key',
        pointer,
        { start: pair.keyStart, length: pair.keyLength },
        {
          severity: 'warning',
          message: `${pair.key} is ignored, because ${later.key} occurs again below`,
          hint: `Write everything of ${later.key} in one place.`,
          meant,
        },
      );
    }
  }

  private reportSecondSpelling(pair: Pair, earlier: Pair, pointer: string): void {
    this.report(
      'two-spellings',
      pointer,
      { start: pair.keyStart, length: pair.keyLength },
      {
        severity: 'warning',
        message: `${earlier.key} and ${pair.key} are the same key; the value of ${earlier.key} is ignored`,
        hint: 'Keep one of them.',
      },
    );
  }

  /** Reports an unquoted value without showing `taken`, which may be a secret. */
  private reportAmbiguous(node: ScalarNode, pointer: string, taken = node.text): void {
    const outcome = taken === node.text ? 'it is treated as text' : "YAML's spelling of it is used";
    this.report('ambiguous-scalar', pointer, node, {
      severity: 'warning',
      message: `YAML reads this unquoted value as ${describeNode(node)}; ${outcome}`,
      hint: 'Put it in quotes.',
    });
  }
}

function hintForUnknown(key: string, section: KeyDefinition, prefix: string): string | undefined {
  const foreign = foreignKeyHint(section.name, key);
  const elsewhere = findElsewhere(key);
  const isAbove = prefix !== '' && elsewhere !== undefined && !elsewhere.includes('.');
  if (isAbove && elsewhere !== 'haos') return `Write ${elsewhere} at the top level, outside of ${prefix}.`;
  const similar = suggestName(section, key);
  const meant = (foreign ? undefined : similar) ?? elsewhere;
  return meant ? `Did you mean ${meant}?` : foreign;
}

/**
 * Finds a key that is unknown here but known at another level, such as `token` outside of `haos`.
 */
function findElsewhere(spelling: string, section = configDefinition, prefix = ''): string | undefined {
  if (/^k3os$/i.test(spelling)) return 'haos';
  for (const key of section.keys ?? []) {
    if (key.kind !== 'section') continue;
    const path = `${prefix}${snakeCase(key.name)}.`;
    const found = lookUpName(key, spelling);
    const match = found ? path + snakeCase(found.name) : findElsewhere(spelling, key, path);
    if (match) return match;
  }
  const top = prefix === '' ? lookUpName(configDefinition, spelling) : undefined;
  return top && snakeCase(top.name);
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
