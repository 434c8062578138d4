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
import { configTarget, parseConfigTarget, versionTarget } from './target.js';

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
  /** All nodes of the cluster, also those that do not run HAOS. */
  readonly nodes: readonly Node[];
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
export function isUnavailable({ node, step }: Pick<Member, 'node' | 'step'>): boolean {
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

/** Returns the target of a rollout; undefined if its NodeConfig is missing or unusable. */
export function targetOf({ spec }: Rollout, { set }: World): string | undefined {
  if (spec.target.config === undefined) return versionTarget(spec.target);
  const part = set.part(spec.target.config);
  return part && configTarget(part);
}

/** Returns whether a node has a cordon of the operator that it no longer needs. */
export function isToUncordon({ node, step }: Member, world: World): boolean {
  if (cordonedBy(node) === undefined || isActive(step) || !isReady(node)) return false;
  const rollout = step && world.rollouts.get(step.rollout);
  if (step?.step !== 'Failed' || rollout === undefined) return true;
  const { aborted, onFailure } = rollout.spec;
  const goesBack = onFailure !== 'Stop' && !aborted && step.target === targetOf(rollout, world);
  return !goesBack;
}

/**
 * Returns why a server must not be changed now: another one is being changed, or etcd could lose
 * its quorum. Undefined if it may be.
 */
export function findQuorumRisk(
  member: Member,
  world: World,
  started: ReadonlySet<string>,
): string | undefined {
  for (const { name, node, step } of othersOf(member, world).filter((other) => isServer(other.node))) {
    if (started.has(name) || isActive(step)) return `server ${name} is being changed`;
    if (!isReady(node)) return `server ${name} is not Ready`;
    if (node.spec?.unschedulable) return `server ${name} is cordoned`;
    if (hasEtcd(node) && !hasCondition(node, 'EtcdIsVoter')) return `server ${name} is not a voter of etcd`;
  }
  return undefined;
}

/**
 * Returns whether pods have to leave a node before it is changed: if it reboots, and if another
 * node can take them.
 */
export function needsDrain(member: Member, world: World): boolean {
  const { step } = member;
  const isConfig = step !== undefined && parseConfigTarget(step.target) !== undefined;
  if (isConfig && step.action !== 'Reboot') return false;
  return othersOf(member, world).some((other) => !isUnavailable(other));
}

/** Returns the other nodes of the cluster, with the steps of those that have one. */
function othersOf({ name }: Member, { nodes, members }: World): Pick<Member, 'name' | 'node' | 'step'>[] {
  const steps = new Map(members.map((one) => [one.name, one.step]));
  return nodes
    .filter(({ metadata }) => metadata.name !== name)
    .map((node) => ({ name: node.metadata.name, node, step: steps.get(node.metadata.name) }));
}
