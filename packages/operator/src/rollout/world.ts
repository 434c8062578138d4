import type { ConfigSet } from '../config/config-set.js';
import type { NodeResult } from '../controller/config-status.js';
import { hashOf } from '../controller/node-documents.js';
import { hasCondition, hasEtcd, isReady, isServer } from '../controller/node-health.js';
import type { DrainState, ProbeResult } from '../controller/snapshot.js';
import type { Node } from '../objects/metadata.js';
import { ANNOTATIONS } from '../objects/names.js';
import type { NodeState } from '../objects/node-state.js';
import type { NodeStep, Rollout } from '../objects/rollout.js';
import { isActive } from './node-step.js';
import { parseConfigTarget } from './target.js';

/** A node that a rollout may change. */
export interface Member {
  readonly name: string;
  readonly node: Node;
  readonly state: NodeState;
  readonly result: NodeResult;
  readonly step: NodeStep | undefined;
}

/** What rollouts decide from. */
export interface World {
  readonly members: readonly Member[];
  /** Nodes that have no NodeState yet. */
  readonly newcomers: readonly Node[];
  readonly rollouts: ReadonlyMap<string, Rollout>;
  readonly set: ConfigSet;
  readonly drains: ReadonlyMap<string, DrainState>;
  readonly probes: ReadonlyMap<string, ProbeResult>;
  readonly now: Date;
}

/** Returns whether pods cannot use a node, for any reason. */
export function isUnavailable({ node, step }: Member): boolean {
  return !isReady(node) || node.spec?.unschedulable === true || isActive(step);
}

/** Returns whether a node was given what a target asks for. */
export function hasTarget({ state, result }: Member, target: string): boolean {
  const config = parseConfigTarget(target);
  if (config === undefined) return `version/${state.status?.haos?.version}` === target;
  const { parts } = result.documents.released;
  return parts.some(({ name, hash }) => name === config.name && hash === config.hash);
}

/** Returns whether a node has what a target asks for in effect. */
export function isAtTarget(member: Member, target: string): boolean {
  if (!hasTarget(member, target)) return false;
  if (parseConfigTarget(target) === undefined) return true;
  const { state, result } = member;
  return state.status?.config?.applied === hashOf(result.documents.released.parts);
}

/** Returns why a node is not healthy, or undefined if it is. */
export function findIllness(member: Member): string | undefined {
  const { node, state, result } = member;
  if (!isReady(node)) return 'the Node is not Ready';
  if (isServer(node) && hasEtcd(node) && !hasCondition(node, 'EtcdIsVoter'))
    return 'etcd has not taken it back';
  // The other conditions are also about what the node only plans.
  const bad = state.status?.conditions?.find(
    ({ type, status }) => type === 'UpgradeHealthy' && status === 'False',
  );
  if (bad !== undefined) return `${bad.type}: ${bad.message || bad.reason}`;
  if (state.status?.config?.applied !== undefined && isLeft(result, state))
    return 'it went back to what it had';
  return undefined;
}

function isLeft({ documents }: NodeResult, { status }: NodeState): boolean {
  const hash = hashOf(documents.released.parts);
  return status?.config?.applied !== hash && status?.config?.attempted === hash;
}

/** Returns the Rollout that cordoned a node. */
export function cordonedBy({ metadata }: Node): string | undefined {
  return metadata.annotations?.[ANNOTATIONS.cordonedBy];
}

/** Returns whether a node has a cordon of the operator that it no longer needs. */
export function isToUncordon({ node, step }: Member, { rollouts }: World): boolean {
  if (cordonedBy(node) === undefined || isActive(step) || !isReady(node)) return false;
  const rollout = step && rollouts.get(step.rollout);
  const goesBack = step?.step === 'Failed' && rollout !== undefined && rollout.spec.onFailure !== 'Stop';
  return !goesBack || rollout.spec.aborted === true;
}

/**
 * Returns why a server must not be changed now: another one is being changed, or etcd could lose
 * its quorum. Undefined if it may be.
 */
export function findQuorumRisk(
  { name }: Member,
  members: readonly Member[],
  started: ReadonlySet<string>,
): string | undefined {
  for (const other of members.filter((one) => isServer(one.node) && one.name !== name)) {
    if (started.has(other.name) || isActive(other.step)) return `server ${other.name} is being changed`;
    if (!isReady(other.node)) return `server ${other.name} is not Ready`;
    if (other.node.spec?.unschedulable) return `server ${other.name} is cordoned`;
    if (hasEtcd(other.node) && !hasCondition(other.node, 'EtcdIsVoter'))
      return `server ${other.name} is not a voter of etcd`;
  }
  return undefined;
}
