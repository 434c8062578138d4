import type { ConfigSet } from '../config/config-set.js';
import type { Conflict } from '../config/find-conflicts.js';
import { API_VERSION } from '../objects/names.js';
import type { NodeConfig, NodeConfigStatus, NodeCounts } from '../objects/node-config.js';
import type { NodeState } from '../objects/node-state.js';
import { condition, conditionsOf, type NewCondition } from './conditions.js';
import { contains } from './contains.js';
import { hashOf, type NodeDocuments } from './node-documents.js';
import type { Patch } from './patch.js';

/** What the operator decided for one node. */
export interface NodeResult {
  readonly node: string;
  readonly state: NodeState | undefined;
  readonly configs: readonly NodeConfig[];
  readonly conflicts: readonly Conflict[];
  readonly documents: NodeDocuments;
}

/** Returns the patches of the statuses of all NodeConfigs that change. */
export function configStatuses(set: ConfigSet, nodes: readonly NodeResult[], now: Date): Patch[] {
  const byConfig = new Map<string, NodeResult[]>(set.configs.map(({ metadata }) => [metadata.name, []]));
  for (const node of nodes) for (const { metadata } of node.configs) byConfig.get(metadata.name)?.push(node);
  return set.configs.flatMap((config) => {
    const status = statusOf(config, set, byConfig.get(config.metadata.name) ?? [], now);
    if (contains(config.status, status)) return [];
    return [
      {
        kind: 'apply',
        manager: 'haos-operator',
        subresource: 'status',
        object: { apiVersion: API_VERSION, kind: 'NodeConfig', metadata: identityOf(config), ...{ status } },
      } satisfies Patch,
      ...eventsOf(config, status),
    ];
  });
}

function identityOf({ metadata: { name, uid } }: NodeConfig) {
  return { name, uid };
}

function statusOf(
  config: NodeConfig,
  set: ConfigSet,
  nodes: readonly NodeResult[],
  now: Date,
): NodeConfigStatus {
  const { generation, name } = config.metadata;
  const conflicted = nodes.filter(({ conflicts }) => conflicts.some(({ names }) => names.includes(name)));
  const conditions = [readyOf(config, set, nodes), conflictOf(name, conflicted)];
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    nodes: count(set.part(name)?.hash, name, nodes),
    conditions: conditionsOf(config.status?.conditions, conditions, { now, generation }),
  };
}

function readyOf(
  { metadata: { name }, spec }: NodeConfig,
  set: ConfigSet,
  nodes: readonly NodeResult[],
): NewCondition {
  const problem = set.problem(name);
  if (problem !== undefined)
    return condition('Ready', 'False', problem.reason, `${problem.message}. Nodes keep what they have`);
  const large = nodes.filter(({ documents }) => documents.parts.problem !== undefined);
  const [first] = large;
  if (first !== undefined) {
    const which = `on ${large.length} nodes such as ${first.node}`;
    const message = `${first.documents.parts.problem}, ${which}. They keep what they have`;
    return condition('Ready', 'False', 'TooLarge', message);
  }
  if (spec.paused) return condition('Ready', 'True', 'Paused', 'nodes keep what they have');
  return condition('Ready', 'True', 'Rendered');
}

function conflictOf(name: string, nodes: readonly NodeResult[]): NewCondition {
  const [first] = nodes;
  const conflict = first?.conflicts.find(({ names }) => names.includes(name));
  if (first === undefined || conflict === undefined) return condition('Conflict', 'False', 'None');
  const other = conflict.names.find((one) => one !== name);
  const message =
    `NodeConfig ${other} has another value of ${conflict.key} with the same priority, ` +
    `on ${nodes.length} nodes such as ${first.node}. They keep what they have: change a priority`;
  return condition('Conflict', 'True', 'EqualPriority', message);
}

function count(hash: string | undefined, name: string, nodes: readonly NodeResult[]): NodeCounts {
  const isPart = (part: { name: string; hash: string }) => part.name === name && part.hash === hash;
  const isApplied = ({ documents: { released }, state }: NodeResult) => {
    const { applied, parts } = state?.status?.config ?? {};
    // Agents of earlier versions have only the hash of all parts.
    const isThere = parts?.some(isPart) ?? applied === hashOf(released.parts);
    return released.parts.some(isPart) && isThere;
  };
  const isPlanned = ({ documents, state }: NodeResult) =>
    documents.parts.parts.some(isPart) && state?.status?.plan?.wanted === documents.parts.hash;
  const isFailed = (node: NodeResult) => {
    const { documents, state } = node;
    const { attempted, result } = state?.status?.config ?? {};
    const isTried = [documents.parts.hash, hashOf(documents.released.parts)].includes(attempted ?? '');
    return isTried && (result === 'Failed' || result === 'Reverted') && !isApplied(node);
  };
  return {
    matched: nodes.length,
    planned: nodes.filter((node) => isPlanned(node) || isApplied(node)).length,
    applied: nodes.filter(isApplied).length,
    failed: nodes.filter(isFailed).length,
  };
}

/** Returns an event for each condition that turned bad. */
function eventsOf(config: NodeConfig, status: NodeConfigStatus): Patch[] {
  const { apiVersion, kind } = config;
  return (status.conditions ?? []).flatMap(({ type, status, reason, message }): Patch[] => {
    const isBad = status === (type === 'Conflict' ? 'True' : 'False');
    const old = config.status?.conditions?.find((one) => one.type === type);
    if (!isBad || (old?.status === status && old.reason === reason)) return [];
    const regarding = { apiVersion, kind, metadata: identityOf(config) };
    return [{ kind: 'event', regarding, type: 'Warning', reason, message }];
  });
}
