import { configDefinition } from '../generated/keys.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import { looksSecret } from '../model/secret-names.js';
import { isSecretFlag } from '../model/secrets.js';
import type { MappingNode, Node, SequenceNode } from '../parse/node.js';
import { parseYaml } from '../parse/yaml.js';

/** A part of a text or a line, in UTF-16 units. */
export interface Range {
  from: number;
  to: number;
}

/** What may be shown of a text and what not, where the parser knows its keys. */
export interface HiddenParts {
  /**
   * Values of secret and unknown keys, and values of a wrong shape that may be secrets; in order,
   * none overlaps another.
   */
  readonly hidden: readonly Range[];
  /** All other values, likewise. */
  readonly shown: readonly Range[];
  /** Where the names of keys end. Their values are in either of the two. */
  readonly keyEnds: ReadonlySet<number>;
}

/** Undefined for a text that is not YAML, or not a map of keys. */
export function findHiddenParts(text: string): HiddenParts | undefined {
  const { root } = parseYaml(text);
  if (root?.kind !== 'mapping') return undefined;
  const finder = new Finder(text);
  finder.section(root, configDefinition);
  return { hidden: merge(finder.hidden), shown: merge(finder.shown), keyEnds: finder.keyEnds };
}

/** The ranges that have something in common with a part of the text. */
export function rangesWithin(ranges: readonly Range[], { from, to }: Range): Range[] {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.to <= from) low = middle + 1;
    else high = middle;
  }
  const found: Range[] = [];
  for (let index = low; index < ranges.length && ranges[index]!.from < to; index++)
    found.push({ from: Math.max(from, ranges[index]!.from), to: Math.min(to, ranges[index]!.to) });
  return found;
}

/** The ranges in order, those that overlap as one. */
function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** Whether a value of another shape than the key takes may be, or have, one of its secrets. */
function mayHoldSecrets(key: KeyDefinition): boolean {
  if (key.secret || ['content', 'environment', 'k3sArgs'].includes(key.name)) return true;
  return (key.keys ?? []).some(mayHoldSecrets);
}

class Finder {
  readonly hidden: Range[] = [];
  readonly shown: Range[] = [];
  readonly keyEnds = new Set<number>();
  /**
   * An alias stands for a node that was looked at before; aliases of aliases may stand for
   * millions.
   */
  private readonly seen = new Map<Node, Set<KeyDefinition | 'hide' | 'show'>>();

  constructor(private readonly text: string) {}

  section(node: MappingNode, section: KeyDefinition): void {
    if (this.isSeen(node, section)) return;
    for (const pair of node.pairs) {
      this.key(pair);
      const key = lookUpName(section, pair.key);
      if (key) this.value(pair.value, key);
      else this.hide(pair.value);
    }
  }

  private value(node: Node, key: KeyDefinition): void {
    if (key.secret || key.name === 'content') this.hide(node);
    else if (node.kind === 'mapping' && (key.kind === 'section' || key.kind === 'items'))
      this.section(node, key);
    else if (node.kind === 'mapping' && key.kind === 'string-map') this.map(node);
    else if (node.kind === 'sequence' && key.kind === 'items')
      for (const item of node.items) {
        if (item.kind === 'mapping') this.section(item, key);
        else this.hide(item);
      }
    else if (node.kind === 'sequence' && key.kind === 'strings') this.list(node);
    else if (mayHoldSecrets(key) && !(node.kind === 'scalar' && key.kind === 'strings')) this.hide(node);
    else this.show(node);
  }

  private map(node: MappingNode): void {
    for (const pair of node.pairs) {
      this.key(pair);
      if (pair.value.kind === 'scalar' && !looksSecret(pair.key)) this.show(pair.value);
      else this.hide(pair.value);
    }
  }

  /**
   * A flag that is a secret has its value in the same item, which is hidden by its name, or in the
   * next one.
   */
  private list({ items }: SequenceNode): void {
    for (const [index, item] of items.entries()) {
      const before = items[index - 1];
      const flag = before?.kind === 'scalar' ? /^--?([^-\s=][^\s=]*)$/.exec(before.text)?.[1] : undefined;
      if (item.kind === 'scalar' && !(flag !== undefined && isSecretFlag(flag))) this.show(item);
      else this.hide(item);
    }
  }

  private hide(node: Node): void {
    if (this.isSeen(node, 'hide')) return;
    if (node.kind === 'scalar') this.add(this.hidden, node);
    else if (node.kind === 'sequence') for (const item of node.items) this.hide(item);
    else
      for (const pair of node.pairs) {
        this.key(pair);
        this.hidden.push({ from: pair.keyStart, to: pair.keyStart + pair.keyLength });
        this.hide(pair.value);
      }
  }

  /** A map where no map belongs has unknown keys. */
  private show(node: Node): void {
    if (node.kind === 'scalar') this.add(this.shown, node);
    else if (node.kind === 'mapping') this.hide(node);
    else if (!this.isSeen(node, 'show')) for (const item of node.items) this.show(item);
  }

  /** An empty value has a place but no text. */
  private add(ranges: Range[], { start, length }: Node): void {
    if (this.text[start] !== undefined) ranges.push({ from: start, to: start + length });
  }

  private key({ keyStart, keyLength }: { keyStart: number; keyLength: number }): void {
    const isQuoted = /["']/.test(this.text[keyStart] ?? '');
    this.keyEnds.add(keyStart + keyLength - (isQuoted ? 1 : 0));
  }

  private isSeen(node: Node, as: KeyDefinition | 'hide' | 'show'): boolean {
    const before = this.seen.get(node) ?? new Set();
    this.seen.set(node, before);
    const isSeen = before.has(as);
    before.add(as);
    return isSeen;
  }
}
