import { condition, conditionsOf, type NewCondition, timeOf } from '../controller/conditions.js';
import type { Condition } from '../objects/metadata.js';
import type { NodeParts } from '../objects/node-parts.js';
import type { ConfigState, Drift, NodePlan, NodeStateStatus } from '../objects/node-state.js';
import type { AgentRecord } from './agent-record.js';
import { REBOOTING } from './decide.js';
import type { NodeFacts } from './node-facts.js';
import type { RenderedParts } from './render-parts.js';

/** Everything that a NodeState shows. */
export interface StatusFacts {
  readonly agentVersion: string;
  readonly node: NodeFacts;
  readonly record: AgentRecord;
  readonly parts: NodeParts | undefined;
  readonly rendered: RenderedParts | undefined;
  readonly plan: NodePlan | undefined;
  /** Why the agent does not apply the parts now. */
  readonly waiting: string | undefined;
  /** Undefined: it was not looked for yet. */
  readonly drift: readonly Drift[] | undefined;
  /** The conditions that were published last. */
  readonly before: readonly Condition[] | undefined;
}

/** Returns the status of a NodeState. Only `heartbeat` differs when nothing has changed. */
export function nodeStatus(facts: StatusFacts, now: Date): NodeStateStatus {
  const { agentVersion, node, record, rendered, plan, drift, before } = facts;
  const config = configState(facts);
  return {
    agentVersion,
    ...node.status,
    config,
    ...(plan && { plan }),
    issues: (rendered?.issues ?? []).slice(0, 50),
    drift: drift ?? [],
    ...(record.upgrade && { upgrade: upgradeState(record.upgrade) }),
    conditions: conditionsOf(before, conditions(facts, config), { now, generation: undefined }),
    heartbeat: timeOf(now),
  };
}

function upgradeState({ id, version, verdict, message }: NonNullable<AgentRecord['upgrade']>) {
  return { id, version, verdict, ...(message !== undefined && { message }) };
}

function configState({ record, parts, waiting }: StatusFacts): ConfigState {
  const { applied, parts: inEffect, attempt } = record;
  const isRebooting = attempt?.result === undefined && attempt?.message === REBOOTING;
  // A plan of what is not released says nothing about what was tried before.
  const isWaiting = waiting !== undefined && (parts?.apply !== false || attempt?.result === undefined);
  const result = isWaiting || isRebooting ? 'Waiting' : attempt?.result;
  const message = parts?.problem ?? (isWaiting ? waiting : attempt?.message);
  return {
    ...(parts && { wanted: parts.hash }),
    ...(applied !== undefined && { applied }),
    ...(inEffect !== undefined && { parts: inEffect }),
    ...(attempt && { attempted: attempt.hash }),
    ...(attempt?.name !== undefined && { attempt: attempt.name }),
    ...(result && { result }),
    ...(message !== undefined && { message }),
  };
}

function conditions(facts: StatusFacts, config: ConfigState): NewCondition[] {
  const parts = [
    appliedCondition(config, facts.parts?.problem),
    inSyncCondition(facts.drift),
    upgradeCondition(facts.record),
  ];
  const bad = parts.find(({ type, status }) => type !== 'InSync' && status === 'False');
  const ready: NewCondition =
    bad === undefined ? condition('Ready', 'True', 'Working') : { ...bad, type: 'Ready' };
  return [ready, ...parts];
}

function appliedCondition(
  { wanted, applied, attempted, result, message = '' }: ConfigState,
  problem: string | undefined,
): NewCondition {
  const type = 'ConfigApplied';
  if (problem !== undefined) return condition(type, 'False', 'Withheld', problem);
  if (wanted === undefined)
    return condition(type, 'Unknown', 'NothingWanted', 'the operator has not said anything');
  if (wanted === applied) return condition(type, 'True', 'Applied');
  const isFailed = attempted === wanted && (result === 'Failed' || result === 'Reverted');
  return isFailed
    ? condition(type, 'False', result, message)
    : condition(type, 'Unknown', result === 'Waiting' ? 'Waiting' : 'Applying', message);
}

function inSyncCondition(drift: readonly Drift[] | undefined): NewCondition {
  const type = 'InSync';
  if (drift === undefined) return condition(type, 'Unknown', 'NotChecked');
  const [first] = drift;
  if (first === undefined) return condition(type, 'True', 'Same');
  const message = `${drift.length} differ from the configuration, such as ${first.path}`;
  return condition(type, 'False', 'Drift', message);
}

function upgradeCondition({ upgrade }: AgentRecord): NewCondition {
  const type = 'UpgradeHealthy';
  if (upgrade === undefined) return condition(type, 'True', 'NoUpgrade');
  const { verdict, rollBack, message = '' } = upgrade;
  const isGood = verdict === 'Healthy' || (rollBack && verdict === 'RolledBack');
  const isBad = verdict === 'Failed' || verdict === 'RolledBack';
  const status = isGood ? 'True' : isBad ? 'False' : 'Unknown';
  return condition(type, status, verdict, message);
}
