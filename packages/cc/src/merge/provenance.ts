import type { Origin, SourceName } from '../issue.js';
import type { Tree } from '../model/normalise.js';
import { toPointer } from '../model/pointer.js';
import { contributorsOf, keySegments } from './contributors.js';
import type { Contribution, Layer } from './layer.js';
import { clearedKeys, contributionsOf, leavesOf, originsOf, writtenPointer } from './origins.js';

/** Where every value of a configuration came from. Computed on request. */
export interface Provenance {
  /** The sources that were read, lowest precedence first. */
  readonly sources: readonly SourceName[];
  /** JSON pointers of all leaves: list items, entries of maps, scalars. */
  leaves(): string[];
  /**
   * Returns the origins of a leaf, the winner first, then what it overrode. Empty if the pointer
   * leads nowhere.
   */
  origins(pointer: string): Origin[];
  /** Returns the source of a whole key; much cheaper than its place, which `origins` finds. */
  winner(pointer: string): SourceName | undefined;
  /**
   * Returns what every source says about a whole key (a list, a map of strings, a scalar), the
   * winner first.
   */
  contributions(pointer: string): Contribution[];
  /**
   * Pointers of the keys that a source gave a value and a later one cleared, in the order of the
   * schema.
   */
  cleared(): string[];
}

/**
 * Returns the provenance of the configuration that these layers, lowest precedence first, merge to.
 * `removed` are pointers to the values that were left out of it, in order.
 */
export function traceProvenance(
  layers: readonly Layer[],
  config: Tree,
  removed: readonly string[] = [],
): Provenance {
  return {
    sources: layers.map(({ document }) => document.source),
    leaves: () => leavesOf(config, ''),
    origins: (pointer) => originsOf(layers, writtenPointer(pointer, removed)),
    winner: (pointer) => contributorsOf(layers, keySegments(pointer))[0]?.layer.document.source,
    contributions: (pointer) => contributionsOf(layers, keySegments(pointer)),
    cleared: () => clearedKeys(layers),
  };
}

/** Returns the pointer to the key that a leaf belongs to: the unit that a later source replaces. */
export function keyPointerOf(pointer: string): string {
  return toPointer(keySegments(pointer));
}
