import type { Wave } from '../objects/rollout.js';

/**
 * Returns the wave, from 1, of each of this many nodes in their order. Percents are of all nodes
 * and rounded up; what is left is one more wave.
 */
export function assignWaves(nodes: number, waves: readonly Wave[] = []): number[] {
  const sizes = waves.map(({ count, percent = 100 }) => count ?? Math.ceil((nodes * percent) / 100));
  const assigned: number[] = [];
  for (const [index, size] of [...sizes, nodes].entries()) {
    const rest = Math.min(size, nodes - assigned.length);
    for (let added = 0; added < rest; added++) assigned.push(index + 1);
  }
  return assigned;
}
