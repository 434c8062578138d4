import type { MappingNode, Node, Pair, SequenceNode } from '../parse/node.js';
import type { Edit } from './draft.js';
import { type ParsedText, parametersOf, scalarsIn } from './source.js';

/**
 * The edits that remove pairs of a mapping, all together; undefined where that is not safe, as for
 * what an alias stands for. Lines that are only a comment stay, and so does a comment behind what
 * goes.
 */
export function removePairs(
  source: ParsedText,
  mapping: MappingNode,
  pairs: readonly Pair[],
): Edit[] | undefined {
  if (source.form === 'cmdline')
    return pairs.flatMap(({ keyStart }) => removeParameter(source.text, keyStart));
  if (source.shared.has(mapping) || pairs.some(({ value }) => source.shared.has(value))) return undefined;
  if (isFlow(source, mapping))
    return removeFlow(
      mapping,
      pairs.map((pair) => mapping.pairs.indexOf(pair)),
    );
  const edits = pairs.map((pair) => removeBlockPair(source, pair));
  return edits.every((edit) => edit !== undefined) ? edits.flat() : undefined;
}

function removeBlockPair(source: ParsedText, pair: Pair): Edit[] | undefined {
  const start = lineStart(source.text, pair.keyStart);
  const indent = source.text.slice(start, pair.keyStart);
  if (/[^ ]/.test(indent)) return undefined;
  const end = blockEnd(source.text, pair.keyStart, indent.length, pair.value.kind === 'sequence');
  return removeLines(source, { start, end, node: pair.value });
}

/** The edits that remove items of a list; all of them: the whole pair. */
export function removeItems(
  source: ParsedText,
  { mapping, pair }: { mapping: MappingNode; pair: Pair },
  indexes: readonly number[],
): Edit[] | undefined {
  const { value: list } = pair;
  if (indexes.length === 0) return [];
  if (source.form === 'cmdline') {
    const nodes = list.kind === 'sequence' ? indexes.map((index) => list.items[index]!) : [list];
    return nodes.flatMap(({ start }) => removeParameter(source.text, start));
  }
  if (list.kind !== 'sequence' || indexes.length === list.items.length)
    return removePairs(source, mapping, [pair]);
  if (source.shared.has(list) || indexes.some((index) => source.shared.has(list.items[index]!)))
    return undefined;
  if (isFlow(source, list)) return removeFlow(list, indexes);
  const edits = indexes.map((index) => removeBlockItem(source, list.items[index]!));
  return edits.every((edit) => edit !== undefined) ? edits.flat() : undefined;
}

/** Everything from the dash to the next line that is indented no further. */
function removeBlockItem(source: ParsedText, item: Node): Edit[] | undefined {
  const before = source.text.slice(Math.max(0, item.start - 4096), item.start);
  // The dash alone on its line but for tags, anchors and the head of a block scalar.
  const head = /(?<=^|\n)( *)-[ \t]+(?:[&!]\S+[ \t]+)*(?:[|>][-+0-9]*[ \t]*(?:#.*)?\r?\n)?$/.exec(before);
  if (!head) return undefined;
  const start = item.start - head[0].length;
  const column = head[1]!.length;
  const end = blockEnd(source.text, start + column, column, false);
  return removeLines(source, { start, end, node: item });
}

/**
 * The end of what begins at an offset of a column: the start of the first line after it that is
 * indented no further. A list may begin in the column of its key. Empty lines at the end belong to
 * what follows.
 */
function blockEnd(text: string, offset: number, column: number, hasList: boolean): number {
  let end = nextLine(text, offset);
  for (let at = end; at < text.length; ) {
    const next = nextLine(text, at);
    const line = text.slice(at, next);
    const indent = /^ */.exec(line)![0].length;
    const isInside =
      indent > column || (hasList && indent === column && /^-(?:\s|$)/.test(line.slice(indent)));
    if (isInside && /\S/.test(line)) end = next;
    // A comment ends nothing, wherever it stands.
    else if (/^\s*[^\s#]/.test(line)) break;
    at = next;
  }
  return end;
}

/**
 * Lines without those that are only a comment; of a comment behind the first scalar a line stays,
 * too.
 */
function removeLines(
  source: ParsedText,
  { start, end, node }: { start: number; end: number; node: Node },
): Edit[] {
  const { text } = source;
  const scalars = scalarsIn(node);
  const edits: Edit[] = [];
  for (let at = start; at < end; ) {
    const next = Math.min(nextLine(text, at), end);
    const comment = commentOf(text, { start: at, end: next }, scalars);
    if (comment === undefined) edits.push({ start: at, length: next - at, text: '' });
    else if (comment > 0) edits.push({ start: at + indentOf(text, at), length: comment, text: '' });
    at = next;
  }
  return edits;
}

function indentOf(text: string, at: number): number {
  return /^ */.exec(text.slice(at, at + 256))![0].length;
}

/**
 * How much stands before the comment of a line, its indentation aside; undefined when the line has
 * none.
 */
function commentOf(
  text: string,
  { start, end }: { start: number; end: number },
  scalars: readonly Node[],
): number | undefined {
  const inside = scalars.filter((each) => each.start < end && each.start + each.length > start);
  const from = Math.max(start, ...inside.map((each) => Math.min(end, each.start + each.length)));
  const match = /(?:^|[ \t])(#.*\S)/.exec(text.slice(from, end));
  if (!match) return undefined;
  const at = from + match.index + match[0].length - match[1]!.length;
  return at - start - indentOf(text, start);
}

/** Whether a collection is written in brackets. */
export function isFlow({ text }: Pick<ParsedText, 'text'>, node: Node): boolean {
  return node.kind !== 'scalar' && '[{'.includes(text[node.start] ?? ' ');
}

interface Range {
  start: number;
  end: number;
}

/** With the commas between them. Only scalars say where they end. */
function removeFlow(collection: MappingNode | SequenceNode, indexes: readonly number[]): Edit[] | undefined {
  const ranges = flowRanges(collection);
  if (ranges === undefined) return undefined;
  const isRemoved = (index: number) => indexes.includes(index);
  const firstKept = ranges.findIndex((_, index) => !isRemoved(index));
  return indexes.map((index) => {
    const { start, end } = ranges[index]!;
    if (firstKept >= 0 && index > firstKept) {
      const from = ranges[index - 1]!.end;
      return { start: from, length: end - from, text: '' };
    }
    const to = ranges[index + 1]?.start ?? end;
    return { start, length: to - start, text: '' };
  });
}

function flowRanges(collection: MappingNode | SequenceNode): Range[] | undefined {
  const parts =
    collection.kind === 'sequence'
      ? collection.items.map((item) => ({ start: item.start, last: item }))
      : collection.pairs.map(({ keyStart, value }) => ({ start: keyStart, last: value }));
  if (parts.some(({ start, last }) => last.kind !== 'scalar' || last.start < start)) return undefined;
  return parts.map(({ start, last }) => ({ start, end: last.start + last.length }));
}

/** A parameter of a kernel command line, with the white space behind it. */
function removeParameter(text: string, offset: number): Edit[] {
  const parameter = parametersOf(text).find((each) => each.offset + each.length > offset);
  if (!parameter) return [];
  const end = parameter.offset + parameter.length;
  const after = /^[ \t]*/.exec(text.slice(end))![0].length;
  const before = /[ \t]*$/.exec(text.slice(0, parameter.offset))![0].length;
  const isLast = /^(?:[\r\n]|$)/.test(text.slice(end + after));
  return isLast
    ? [{ start: parameter.offset - before, length: parameter.length + before + after, text: '' }]
    : [{ start: parameter.offset, length: parameter.length + after, text: '' }];
}

/** The start of the line of an offset. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** The start of the line after that of an offset; the end of the text when there is none. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}
