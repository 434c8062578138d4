/**
 * The form of every source before interpretation: text with its place, not yet typed, because the
 * kind of a key decides what its text means. Aliases share nodes, so the tree is really a graph
 * without cycles.
 */
export type Node = ScalarNode | SequenceNode | MappingNode;

interface NodePlace {
  /** UTF-16 units from the start of the source's text. */
  start: number;
  length: number;
}

export interface ScalarNode extends NodePlace {
  kind: 'scalar';
  text: string;
  /** Whether YAML types this scalar: it is neither quoted nor tagged as a string. */
  plain: boolean;
  /** The bytes of a `!!binary`. */
  bytes?: Uint8Array;
}

export interface SequenceNode extends NodePlace {
  kind: 'sequence';
  items: Node[];
}

export interface MappingNode extends NodePlace {
  kind: 'mapping';
  /** In document order. Each key occurs once, with its last value. */
  pairs: Pair[];
  /** The earlier pairs of keys that occur again. */
  replaced?: Pair[];
}

export interface Pair {
  key: string;
  keyStart: number;
  keyLength: number;
  value: Node;
}

/** Creates a scalar that is always a string, like every value of a command line. */
export function stringNode(text: string, start = 0, length = text.length): ScalarNode {
  return { kind: 'scalar', text, plain: false, start, length };
}

/** Creates a mapping of keys without a place, such as those made from metadata. */
export function mappingNode(entries: Record<string, Node>): MappingNode {
  const pairs = Object.entries(entries).map(([key, value]) => ({
    key,
    keyStart: value.start,
    keyLength: Math.max(1, value.length),
    value,
  }));
  return { kind: 'mapping', pairs, start: 0, length: 1 };
}
