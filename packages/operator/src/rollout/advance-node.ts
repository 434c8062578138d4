import { timeOf } from '../controller/conditions.js';
import { hashOf } from '../controller/node-documents.js';
import type { CordonPatch, Patch } from '../controller/patch.js';
import {
  DEFAULT_STEP_TIMEOUT_SECONDS,
  type NodeStep,
  type Rollout,
  type StepName,
} from '../objects/rollout.js';
import { notePatch } from './node-step.js';
import { parseConfigTarget } from './target.js';
import { cordonedBy, findIllness, isAtTarget, type Member, type World } from './world.js';

/** Returns the next step of a node that is being changed, and what that takes. */
export function advanceNode(member: Member, rollout: Rollout, world: World): Patch[] {
  switch (member.step?.step) {
    case 'Drain':
      return advanceDrain(member, member.step, rollout, world);
    case 'Apply':
      return advanceApply(member, member.step, rollout, world);
    case 'RollBack':
      return advanceRollBack(member, member.step, rollout, world);
    default:
      return [];
  }
}

/** Returns the patch that puts a node at another step. */
export function move(member: Member, step: NodeStep, to: StepName, now: Date, reason?: string): Patch {
  return notePatch(member.name, member.state.metadata.uid, { ...step, step: to, since: timeOf(now), reason });
}

/** Returns when a step takes too long. */
export function deadlineOf(step: NodeStep, { spec }: Rollout): Date {
  const seconds = spec.stepTimeoutSeconds ?? DEFAULT_STEP_TIMEOUT_SECONDS;
  return new Date(Date.parse(step.since) + seconds * 1000);
}

function isLate(step: NodeStep, rollout: Rollout, now: Date): boolean {
  return now >= deadlineOf(step, rollout);
}

function advanceDrain(member: Member, step: NodeStep, rollout: Rollout, world: World): Patch[] {
  const { now } = world;
  const fail = (reason: string) => [
    move(member, step, step.rollBack ? 'RollBackFailed' : 'Failed', now, reason),
  ];
  const drain = world.drains.get(member.name);
  const isOurs = cordonedBy(member.node) !== undefined;
  if (isOurs && !member.node.spec?.unschedulable)
    return fail('someone uncordoned the node while it was drained');
  if (isLate(step, rollout, now))
    return fail(`it was not drained in time: ${drain?.blocked?.message ?? 'no pod tells why'}`);
  // The cordon of a person stays theirs.
  if (!member.node.spec?.unschedulable) return [cordonPatch(member, step.rollout)];
  if (drain?.remaining === 0)
    return [move(member, step, step.rollBack ? 'RollBack' : 'Apply', now, step.reason)];
  return [{ kind: 'drain', node: member.name }];
}

function advanceApply(member: Member, step: NodeStep, rollout: Rollout, { now }: World): Patch[] {
  const fail = (reason: string) => [move(member, step, 'Failed', now, reason)];
  const failure = findFailure(member, step, rollout);
  if (failure !== undefined) return fail(failure);
  const illness = isAtTarget(member, step.target) ? findIllness(member) : undefined;
  if (isAtTarget(member, step.target) && illness === undefined && isUpgraded(member, step))
    return [move(member, step, 'Done', now)];
  if (!isLate(step, rollout, now)) return [];
  return fail(`it took too long: ${illness ?? 'the node does not report the target'}`);
}

function advanceRollBack(member: Member, step: NodeStep, rollout: Rollout, { now }: World): Patch[] {
  const { applied } = member.state.status?.config ?? {};
  const { parts } = member.result.documents.released;
  const isBack =
    parseConfigTarget(step.target) === undefined
      ? !isAtTarget(member, step.target)
      : applied === hashOf(parts) || (applied === undefined && parts.length === 0);
  if (isBack && findIllness(member) === undefined)
    return [move(member, step, 'RolledBack', now, step.reason)];
  if (!isLate(step, rollout, now)) return [];
  return [
    move(member, step, 'RollBackFailed', now, findIllness(member) ?? 'the node does not report what it had'),
  ];
}

/** Returns what the agent says about why a node cannot have the target. */
function findFailure(member: Member, step: NodeStep, rollout: Rollout): string | undefined {
  const { config, upgrade, plan } = member.state.status ?? {};
  const { documents } = member.result;
  if (parseConfigTarget(step.target) === undefined) {
    const isOver = upgrade?.verdict === 'Failed' || upgrade?.verdict === 'RolledBack';
    if (upgrade?.id !== step.attempt || !isOver) return undefined;
    return `${upgrade.verdict}: ${upgrade.message ?? 'no message'}`;
  }
  const { hash, problem } = documents.parts;
  if (problem !== undefined) return problem;
  const isTried = config?.attempted === hash && config.attempt === step.attempt;
  if (isTried && (config.result === 'Failed' || config.result === 'Reverted'))
    return `${config.result}: ${config.message ?? 'no message'}`;
  const isOther = plan?.wanted === hash && step.planHash !== undefined && plan.hash !== step.planHash;
  if (
    rollout.spec.approval === 'Required' &&
    isOther &&
    config?.result === 'Waiting' &&
    config.wanted === hash
  )
    return 'its plan changed after it was approved';
  return undefined;
}

/** Returns whether the node has ended the trial of its version. */
function isUpgraded({ state }: Member, step: NodeStep): boolean {
  const { upgrade } = state.status ?? {};
  return (
    parseConfigTarget(step.target) !== undefined ||
    upgrade?.id !== step.attempt ||
    upgrade.verdict === 'Healthy'
  );
}

/** Returns the patch that cordons a node for a rollout. */
function cordonPatch({ node }: Member, rollout: string): Patch {
  return { ...uncordonPatch({ node }), rollout };
}

/** Returns the patch that takes a cordon of the operator back. */
export function uncordonPatch({ node: { metadata } }: Pick<Member, 'node'>): CordonPatch {
  const { name, resourceVersion } = metadata;
  return { kind: 'cordon', node: name, ...(resourceVersion !== undefined && { resourceVersion }) };
}
