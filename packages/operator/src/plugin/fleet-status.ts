import { isHaos, isReady } from '../controller/node-health.js';
import type { Snapshot } from '../controller/snapshot.js';
import type { Condition, Node } from '../objects/metadata.js';
import type { NodeConfig } from '../objects/node-config.js';
import type { NodeState } from '../objects/node-state.js';
import type { Rollout } from '../objects/rollout.js';
import { stepOf } from '../rollout/node-step.js';
import { formatTable } from './format-table.js';
import { isWaiting } from './node-plan.js';

/** What the plugin reads from the API. */
export type FleetObjects = Pick<Snapshot, 'nodes' | 'nodeConfigs' | 'nodeStates' | 'rollouts'>;

export interface FleetStatus {
  readonly nodes: readonly NodeRow[];
  readonly configs: readonly ConfigRow[];
  readonly rollouts: readonly RolloutRow[];
}

export interface NodeRow {
  readonly name: string;
  readonly ready: boolean;
  /** The running version of HAOS; null until the agent has reported. */
  readonly version: string | null;
  /** What became of the configuration, `Waiting` if the node would change something else. */
  readonly config: string | null;
  /** What applying the wanted configuration would take. */
  readonly action: string | null;
  /** The number of files that differ from what HAOS wrote. */
  readonly drift: number;
  /** Such as `base: Drain`; null if no rollout changes it. */
  readonly rollout: string | null;
}

export interface ConfigRow {
  readonly name: string;
  readonly priority: number;
  readonly strategy: string;
  readonly matched: number;
  readonly applied: number;
  readonly failed: number;
  /** Why it is not as it should be; null if it is. */
  readonly problem: string | null;
}

export interface RolloutRow {
  readonly name: string;
  readonly phase: string | null;
  readonly target: string | null;
  /** Such as `1/3`; null until the nodes have their waves. */
  readonly wave: string | null;
  readonly updated: number;
  readonly nodes: number;
  /** Why nothing, or nothing more, happens; null if something does. */
  readonly blocked: string | null;
}

/** Returns one row for each node of HAOS, each NodeConfig and each Rollout. */
export function describeFleet({ nodes, nodeConfigs, nodeStates, rollouts }: FleetObjects): FleetStatus {
  const states = new Map(nodeStates.map((state) => [state.metadata.name, state]));
  return {
    nodes: nodes.filter(isHaos).map((node) => describeNode(node, states.get(node.metadata.name))),
    configs: nodeConfigs.map(describeConfig),
    rollouts: rollouts.map(describeRollout),
  };
}

function describeNode(node: Node, state: NodeState | undefined): NodeRow {
  const { haos, config, plan, drift = [] } = state?.status ?? {};
  const step = state && stepOf(state);
  return {
    name: node.metadata.name,
    ready: isReady(node),
    version: haos?.version ?? null,
    config: isWaiting(state?.status) ? 'Waiting' : (config?.result ?? null),
    action: plan?.action ?? null,
    drift: drift.length,
    rollout: step === undefined || step.step === 'Done' ? null : `${step.rollout}: ${step.step}`,
  };
}

function describeConfig({ metadata, spec, status }: NodeConfig): ConfigRow {
  const { matched = 0, applied = 0, failed = 0 } = status?.nodes ?? {};
  const ready = find(status?.conditions, 'Ready');
  const conflict = find(status?.conditions, 'Conflict');
  const problem = conflict?.status === 'True' ? conflict : ready?.status === 'False' ? ready : undefined;
  return {
    name: metadata.name,
    priority: spec.priority ?? 100,
    strategy: spec.paused ? 'paused' : (spec.strategy ?? 'Automatic'),
    ...{ matched, applied, failed },
    problem: problem?.message ?? null,
  };
}

export function describeRollout({ metadata, status }: Rollout): RolloutRow {
  const waves = status?.waves ?? [];
  const sum = (name: 'nodes' | 'updated') => waves.reduce((total, wave) => total + wave[name], 0);
  const blocked = find(status?.conditions, 'Blocked');
  return {
    name: metadata.name,
    phase: status?.phase ?? null,
    target: status?.target ?? null,
    wave: waves.length === 0 ? null : `${status?.wave ?? 1}/${waves.length}`,
    updated: sum('updated'),
    nodes: sum('nodes'),
    blocked: blocked?.status === 'True' ? `${blocked.reason}: ${blocked.message}` : null,
  };
}

function find(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Formats the state of a fleet for people. */
export function formatFleet({ nodes, configs, rollouts }: FleetStatus): string {
  const tables = [
    formatTable([
      ['NODE', 'READY', 'VERSION', 'CONFIG', 'ACTION', 'DRIFT', 'ROLLOUT'],
      ...nodes.map((row) => [
        ...[row.name, row.ready ? 'yes' : 'no', row.version ?? '-', row.config ?? '-'],
        ...[row.action ?? '-', row.drift === 0 ? '-' : `${row.drift}`, row.rollout ?? '-'],
      ]),
    ]),
    ...(configs.length > 0 ? [formatConfigs(configs)] : []),
    ...(rollouts.length > 0 ? [formatRollouts(rollouts)] : []),
  ];
  return tables.join('\n');
}

function formatConfigs(configs: readonly ConfigRow[]): string {
  const rows = configs.map((row) => [
    ...[row.name, `${row.priority}`, row.strategy, `${row.applied}/${row.matched}`],
    ...[row.failed === 0 ? '-' : `${row.failed}`, row.problem ?? ''],
  ]);
  return formatTable([['CONFIG', 'PRIORITY', 'STRATEGY', 'APPLIED', 'FAILED', 'PROBLEM'], ...rows]);
}

export function formatRollouts(rollouts: readonly RolloutRow[]): string {
  const rows = rollouts.map((row) => [
    ...[row.name, row.phase ?? '-', row.wave ?? '-'],
    row.wave === null ? '-' : `${row.updated}/${row.nodes}`,
    ...[row.target ?? '-', row.blocked ?? ''],
  ]);
  return formatTable([['ROLLOUT', 'PHASE', 'WAVE', 'UPDATED', 'TARGET', 'BLOCKED'], ...rows]);
}
