import type { Node, Secret } from '../objects/metadata.js';
import { DEFAULT_PRIORITY, type NodeConfig } from '../objects/node-config.js';
import type { NodePart } from '../objects/node-parts.js';
import { compareNames } from './digest.js';
import { type Conflict, findConflicts, type Leaves, leavesOf } from './find-conflicts.js';
import { matchesSelector } from './matches-selector.js';
import { type Problem, type Rendered, renderConfig } from './render-config.js';

/** The NodeConfigs of one node. */
export interface NodeMatch {
  /** In the order of merging: the lowest priority first, then by name. */
  readonly configs: readonly NodeConfig[];
  readonly conflicts: readonly Conflict[];
}

/** All NodeConfigs, each rendered once. */
export interface ConfigSet {
  /** Returns what a node should have. */
  match(node: Node): NodeMatch;
  /** Returns the current part of a NodeConfig, or undefined if it cannot be rendered. */
  part(name: string): NodePart | undefined;
  problem(name: string): Problem | undefined;
  readonly configs: readonly NodeConfig[];
}

/** Renders the NodeConfigs. A NodeConfig that is being deleted is none. */
export function configSet(all: readonly NodeConfig[], secrets: readonly Secret[]): ConfigSet {
  const byName = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
  const configs = orderConfigs(all).map((config) => ({ config, rendered: renderConfig(config, byName) }));
  const rendered = new Map(configs.map((one) => [one.config.metadata.name, one.rendered]));
  const leaves = new Map<string, Leaves>();
  const conflicts = new Map<string, readonly Conflict[]>();
  const cached = (part: NodePart) => remember(leaves, part.name, () => leavesOf(part));
  return {
    configs: configs.map(({ config }) => config),
    part: (name) => partOf(rendered.get(name)),
    problem: (name) => problemOf(rendered.get(name)),
    match(node) {
      const matched = configs.filter(({ config }) =>
        matchesSelector(config.spec.nodeSelector, node.metadata.labels),
      );
      const parts = matched.flatMap((one) => partOf(one.rendered) ?? []);
      // Many nodes match the same NodeConfigs.
      const key = parts.map(({ name }) => name).join('/');
      return {
        configs: matched.map(({ config }) => config),
        conflicts: remember(conflicts, key, () => findConflicts(parts, cached)),
      };
    },
  };
}

function remember<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function partOf(rendered: Rendered | undefined): NodePart | undefined {
  return rendered !== undefined && 'part' in rendered ? rendered.part : undefined;
}

function problemOf(rendered: Rendered | undefined): Problem | undefined {
  return rendered !== undefined && 'problem' in rendered ? rendered.problem : undefined;
}

/** Returns NodeConfigs in the order of merging: the lowest priority first, then by name. */
export function orderConfigs(all: readonly NodeConfig[]): NodeConfig[] {
  return all.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byPriority);
}

function byPriority(a: NodeConfig, b: NodeConfig): number {
  const [first, second] = [priorityOf(a), priorityOf(b)];
  return first - second || compareNames(a.metadata.name, b.metadata.name);
}

function priorityOf({ spec }: NodeConfig): number {
  return spec.priority ?? DEFAULT_PRIORITY;
}
