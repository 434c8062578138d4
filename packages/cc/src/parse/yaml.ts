import { fromBase64 } from '@haos/host/internal';
// The build for old engines is the same code without object spread, with which Node 20 parses four
// times slower (docs/decisions.md).
import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml/browser';
import { isBase64 } from './bytes.js';
import { explainYamlError } from './explain-yaml-error.js';
import { joinOpenFlow } from './flow.js';
import type { MappingNode, Node, Pair, ScalarNode } from './node.js';
import { scalarType } from './scalar.js';
import type { YamlError, YamlProblem } from './yaml-problem.js';

export interface YamlResult {
  /** Undefined if the text is empty or invalid. */
  root: Node | undefined;
  /** Set if the text is not valid YAML. Then `root` is undefined. */
  error: YamlProblem | undefined;
  warnings: YamlProblem[];
}

/**
 * The maximum number of nodes after expanding aliases. A document with more was made to exhaust
 * memory.
 */
const MAX_NODES = 1_000_000;

/**
 * Parses the first document of a YAML text into nodes with their places. Accepts YAML 1.1 and 1.2
 * and does not type scalars yet. Ignores indentation inside brackets. Reports text after the first
 * document but does not parse it.
 */
export function parseYaml(text: string): YamlResult {
  const warnings: YamlProblem[] = [];
  const end = firstDocumentEnd(text, warnings);
  const document = end === text.length ? text : text.slice(0, end);
  try {
    const { events, source } = parseDocument(document);
    const composer = new Composer(source, events, warnings);
    return { root: composer.document(), error: undefined, warnings };
  } catch (error) {
    return { root: undefined, error: asProblem(error, document), warnings };
  }
}

/** The events of a document, and the text that their places are in. */
function parseDocument(text: string): { events: Event[]; source: string } {
  try {
    return { events: parseEvents(text, {}), source: text };
  } catch (error) {
    const joined = joinOpenFlow(text, error as YamlError);
    if (joined === undefined) throw error;
    return { events: parseEvents(joined, {}), source: joined };
  }
}

class ComposeError extends Error {
  constructor(
    readonly reason: string,
    readonly start: number,
    readonly length: number,
  ) {
    super(reason);
  }
}

/**
 * A line that is not empty, a comment or a directive. A `---` before it begins the document; one
 * after it begins the next document.
 */
const CONTENT_LINE = /(?:^|[\r\n])\ufeff?[ \t]*[^ \t\r\n#%\ufeff]/;

/**
 * Returns where the first document ends. `---` or `...` at the start of a line ends a document,
 * even in quoted and block scalars (YAML 1.2.2, 9.1.2).
 */
function firstDocumentEnd(text: string, warnings: YamlProblem[]): number {
  if (!text.includes('---') && !text.includes('...')) return text.length;
  const marker = /(?<=^|[\r\n])(---|\.\.\.)(?=[ \t\r\n]|$)/g;
  for (let match = marker.exec(text); match; match = marker.exec(text)) {
    const before = text.slice(0, match.index);
    if (match[1] === '---' && !CONTENT_LINE.test(before)) continue;
    const rest = text.slice(match.index + 3);
    if (/\S/.test(rest.replace(/#[^\r\n]*/g, '')))
      warnings.push({
        code: 'more-documents',
        message: 'only the first document is read; what follows here is ignored',
        start: match.index,
        length: 3,
      });
    return match.index;
  }
  return text.length;
}

function asProblem(error: unknown, text: string): YamlProblem {
  if (!(error instanceof ComposeError)) return explainYamlError(error as YamlError, text);
  return {
    code: 'invalid-yaml',
    message: error.reason,
    start: Math.min(error.start, text.length),
    length: Math.max(1, error.length),
  };
}

interface Anchor {
  node: Node;
  /** The number of nodes with all aliases expanded. */
  size: number;
}

class Composer {
  private index = 0;
  private size = 0;
  private readonly anchors = new Map<string, Anchor | 'open'>();

  constructor(
    private readonly text: string,
    private readonly events: readonly Event[],
    private readonly warnings: YamlProblem[],
  ) {}

  document(): Node | undefined {
    if (this.events.length === 0) return undefined;
    this.index = 1;
    return this.events[1]?.type === EVENT_ID.POP ? undefined : this.node(0);
  }

  private node(place: number): Node {
    const event = this.events[this.index++]!;
    if (event.type === EVENT_ID.ALIAS) return this.alias(event.anchorStart, event.anchorEnd);
    if (event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT)
      throw new Error('unexpected YAML event');
    const anchor = event.anchorStart < 0 ? undefined : this.text.slice(event.anchorStart, event.anchorEnd);
    if (anchor !== undefined) this.anchors.set(anchor, 'open');
    const sizeBefore = this.size++;
    const node =
      event.type === EVENT_ID.SCALAR
        ? this.scalar(event, place)
        : event.type === EVENT_ID.SEQUENCE
          ? this.sequence(event.start)
          : this.mapping(event.start);
    if (anchor !== undefined) this.anchors.set(anchor, { node, size: this.size - sizeBefore });
    return node;
  }

  private alias(start: number, end: number): Node {
    const name = this.text.slice(start, end);
    const anchor = this.anchors.get(name);
    if (anchor === undefined)
      // Without the name: a value that begins with an asterisk may be a password without its
      // quotes.
      throw new ComposeError('this alias has no anchor before it', start - 1, end - start + 1);
    if (anchor === 'open') throw new ComposeError('this anchor contains itself', start - 1, end - start + 1);
    this.size += anchor.size;
    if (this.size > MAX_NODES)
      throw new ComposeError('the aliases expand to too many nodes', start - 1, end - start + 1);
    return anchor.node;
  }

  private scalar(event: ScalarEvent, place: number): ScalarNode {
    const start = event.valueStart < 0 ? place : event.valueStart;
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    const node: ScalarNode = {
      kind: 'scalar',
      text: this.valueOf(event),
      plain: event.style === SCALAR_STYLE.PLAIN,
      start: quoted && event.valueStart > 0 ? start - 1 : start,
      length: Math.max(1, event.valueEnd - event.valueStart + (quoted ? 2 : 0)),
    };
    if (event.tagStart >= 0) this.applyTag(node, this.text.slice(event.tagStart, event.tagEnd));
    return node;
  }

  /**
   * Returns the value of a scalar. A block scalar whose last line has no line break, because the
   * source ends there, does not end in one either.
   */
  private valueOf(event: ScalarEvent): string {
    const value = getScalarValue(this.text, event);
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    const isCut =
      isBlock && event.valueEnd > event.valueStart && !/[\r\n]/.test(this.text[event.valueEnd - 1]!);
    return isCut ? value.replace(/\n$/, '') : value;
  }

  /**
   * Applies a tag. `!!str` and `!!binary` change the meaning of the text, the other core tags must
   * match it, and unknown tags are ignored.
   */
  private applyTag(node: ScalarNode, tag: string): void {
    const name = tag.startsWith('!!') ? tag.slice(2) : (/^!<tag:yaml\.org,2002:(.*)>$/.exec(tag)?.[1] ?? tag);
    const expected = { int: ['integer'], float: ['float', 'integer'], bool: ['boolean'], null: ['null'] }[
      name
    ];
    if (name === 'binary') {
      node.bytes = this.decodeBinary(node);
    } else if (expected) {
      const untagged = { ...node, plain: true };
      if (!expected.includes(scalarType(untagged)))
        throw new ComposeError(`this is not a valid ${tag}`, node.start, node.length);
      node.plain = true;
    } else if (name === 'str' || tag === '!') {
      node.plain = false;
    }
  }

  private decodeBinary(node: ScalarNode): Uint8Array {
    const base64 = node.text.replace(/[ \t\r\n]/g, '');
    if (!isBase64(base64))
      throw new ComposeError('this !!binary is not valid base64', node.start, node.length);
    return fromBase64(base64);
  }

  private sequence(start: number): Node {
    const items: Node[] = [];
    let place = start;
    while (this.events[this.index]!.type !== EVENT_ID.POP) {
      const item = this.node(place);
      place = item.start + item.length;
      items.push(item);
    }
    this.index++;
    return { kind: 'sequence', items, start, length: 1 };
  }

  private mapping(start: number): MappingNode {
    const pairs: Pair[] = [];
    const replaced: Pair[] = [];
    const merges: Node[] = [];
    const seen = new Map<string, number>();
    while (this.events[this.index]!.type !== EVENT_ID.POP) {
      const isPlain = isPlainScalar(this.events[this.index]!);
      const key = this.node(start);
      if (key.kind !== 'scalar') throw new ComposeError('a key must be text', key.start, 1);
      const value = this.node(key.start + key.length);
      if (isPlain && key.text === '<<') merges.push(value);
      else this.addPair({ pairs, replaced, seen }, key, value);
    }
    this.index++;
    for (const merged of merges) addMerged(pairs, seen, merged);
    return { kind: 'mapping', pairs, start, length: 1, ...(replaced.length > 0 && { replaced }) };
  }

  private addPair(
    { pairs, replaced, seen }: { pairs: Pair[]; replaced: Pair[]; seen: Map<string, number> },
    key: ScalarNode,
    value: Node,
  ): void {
    if (scalarType(key) === 'null') throw new ComposeError('a key must not be null', key.start, key.length);
    const pair: Pair = { key: key.text, keyStart: key.start, keyLength: key.length, value };
    const earlier = seen.get(key.text);
    if (earlier === undefined) {
      seen.set(key.text, pairs.push(pair) - 1);
      return;
    }
    this.warnings.push({
      code: 'duplicate-key',
      message: `the key ${key.text} occurs again here; the value above is ignored`,
      start: key.start,
      length: key.length,
    });
    replaced.push(pairs[earlier]!);
    pairs[earlier] = pair;
  }
}

function isPlainScalar(event: Event): boolean {
  return event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
}

/**
 * Adds the pairs of a merge key (YAML 1.1 type repository, "merge"). Keys written out win; of
 * several maps, the first wins.
 */
function addMerged(pairs: Pair[], seen: Map<string, number>, merged: Node): void {
  const maps = merged.kind === 'sequence' ? merged.items : [merged];
  for (const map of maps) {
    if (map.kind !== 'mapping')
      throw new ComposeError('only maps can be merged with <<', merged.start, merged.length);
    for (const pair of map.pairs) if (!seen.has(pair.key)) seen.set(pair.key, pairs.push(pair) - 1);
  }
}
