import { familyOf, lengthOfMask } from '../../appliers/network/ip-address.js';
import type { Issue, Severity } from '../../issue.js';
import { type Document, originAt } from '../../parse/document.js';
import type { MappingNode, Node } from '../../parse/node.js';
import { scalarType } from '../../parse/scalar.js';
import type { Text } from './text.js';

/**
 * Reads a foreign document about networks, and reports what `haos.network` cannot express with its
 * line. These are warnings: the node must come up, and the network has no part in what it becomes.
 */
export class NetworkReader {
  readonly issues: Issue[] = [];

  constructor(private readonly document: Document) {}

  /** Reports a part of the document that has no effect. `what` names it, such as `a bridge`. */
  unused(place: { start: number; length: number }, what: string, hint?: string): void {
    this.report('warning', place, { message: `${what} has no effect here`, hint });
  }

  /** Reports a part whose effect is another one than elsewhere. */
  inform(place: { start: number; length: number }, message: string): void {
    this.report('info', place, { message, hint: undefined });
  }

  private report(
    severity: Severity,
    { start, length }: { start: number; length: number },
    { message, hint }: { message: string; hint: string | undefined },
  ): void {
    const origin = originAt(this.document, start, length);
    this.issues.push({ severity, code: 'no-effect', message, pointer: '', key: '', origin, hint });
  }

  /** The members of a map; none of anything else, which is reported. */
  members(node: Node | undefined, what: string): Members {
    if (node === undefined || isNull(node)) return new Members([]);
    if (node.kind === 'mapping') return new Members(node.pairs);
    this.unused(node, `${what}, which is not a map,`);
    return new Members([]);
  }

  /** The items of a list; a single value is a list of one. */
  items(node: Node | undefined): readonly Node[] {
    if (node === undefined || isNull(node)) return [];
    return node.kind === 'sequence' ? node.items : [node];
  }

  /** A text, or a number as it is written; undefined and reported for a list or a map. */
  text(node: Node | undefined, what: string): Text | undefined {
    if (node === undefined || isNull(node)) return undefined;
    if (node.kind === 'scalar') return { text: node.text.trim(), start: node.start, length: node.length };
    this.unused(node, `${what}, which is not a text,`);
    return undefined;
  }

  texts(node: Node | undefined, what: string): Text[] {
    return this.items(node).flatMap((item) => this.text(item, what) ?? []);
  }

  /** Texts of which one line may have several, separated by blanks or commas. */
  words(node: Node | undefined, what: string): Text[] {
    return this.texts(node, what).flatMap((each) =>
      each.text.split(/[\s,]+/).map((text) => ({ ...each, text })),
    );
  }

  /** Reports members that are neither read nor known to have no effect on a node. */
  rest(members: Members, ignored: readonly string[], what: string): void {
    for (const { key, keyStart, keyLength } of members.unread())
      if (!ignored.includes(key)) this.unused({ start: keyStart, length: keyLength }, `${key} of ${what}`);
  }
}

/** The members of a map, which remembers those that were asked for. */
export class Members {
  private readonly read = new Set<string>();

  constructor(readonly pairs: MappingNode['pairs']) {}

  get(name: string): Node | undefined {
    this.read.add(name);
    const value = this.pairs.find(({ key }) => key === name)?.value;
    return value && isNull(value) ? undefined : value;
  }

  /** The first of several names for one thing that is there. */
  any(...names: string[]): Node | undefined {
    return names.map((name) => this.get(name)).find((node) => node !== undefined);
  }

  unread(): MappingNode['pairs'] {
    return this.pairs.filter(({ key }) => !this.read.has(key));
  }
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && scalarType(node) === 'null';
}

/** Whether a value is true in any spelling of YAML. */
export function isOn(node: Node | undefined): boolean {
  return node?.kind === 'scalar' && /^(?:y|yes|true|on|1)$/i.test(node.text);
}

/** An address with its length, from a mask or a length beside it where it has none itself. */
export function withLength(address: Text, mask: Text | undefined): Text {
  if (address.text.includes('/') || mask === undefined) return address;
  const length = /^\d{1,3}$/.test(mask.text) ? Number(mask.text) : lengthOfMask(mask.text);
  return { ...address, text: `${address.text}/${length ?? mask.text}` };
}

/** The destination of a route: a network with its length, or `default`. */
export function destinationOf(network: Text, mask: Text | undefined): string {
  const { text } = withLength(network, mask);
  if (text === 'default' || /^(?:0\.0\.0\.0|::(?:0)?|0)\/0$/.test(text)) return 'default';
  if (text.includes('/')) return text;
  const family = familyOf(text);
  return family === undefined ? text : `${text}/${family === 4 ? 32 : 128}`;
}
