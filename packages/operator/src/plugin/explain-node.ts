import { type Explanation, explain, readSources } from '@haos/cc';
import { orderConfigs } from '../config/config-set.js';
import { matchesSelector } from '../config/matches-selector.js';
import type { Node } from '../objects/metadata.js';
import type { NodeConfig } from '../objects/node-config.js';

/**
 * Returns where the values of a node come from, as far as NodeConfigs give them; undefined if the
 * key is unknown. Values from Secrets are not shown.
 */
export function explainNode(
  node: Node,
  configs: readonly NodeConfig[],
  key: string | undefined,
): Explanation[] | undefined {
  const sources = orderConfigs(configs)
    .filter(({ spec }) => matchesSelector(spec.nodeSelector, node.metadata.labels))
    .map(({ metadata, spec }) => ({
      source: 'config.d' as const,
      file: `NodeConfig/${metadata.name}`,
      content: spec.text ?? JSON.stringify(spec.config ?? {}, undefined, 2),
    }));
  return explain(readSources(sources), key);
}

/** Formats explanations for people. The lines of an object are not those of a file. */
export function formatExplanations(explanations: readonly Explanation[]): string {
  if (explanations.length === 0) return 'no NodeConfig gives it a value\n';
  return explanations
    .map(({ key, value, origin, overrode }) => {
      const lines = [
        `${key}: ${value === undefined ? '(cleared)' : JSON.stringify(value)}`,
        ...(origin ? [`  from ${origin.file}`] : []),
        ...overrode.map((lost) => `  overrides ${JSON.stringify(lost.value)} from ${lost.origin.file}`),
      ];
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}
