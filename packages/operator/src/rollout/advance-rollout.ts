import { matchesSelector } from '../config/matches-selector.js';
import { timeOf } from '../controller/conditions.js';
import type { Patch } from '../controller/patch.js';
import type { Node } from '../objects/metadata.js';
import type { Rollout } from '../objects/rollout.js';
import { advanceNode, deadlineOf, move } from './advance-node.js';
import { assignBatch } from './assign-batch.js';
import { failIll, passGate } from './gate.js';
import { hasFailed, isActive } from './node-step.js';
import { rollBackWave } from './roll-back-wave.js';
import { ENDS, statusPatches } from './rollout-status.js';
import { startNodes } from './start-nodes.js';
import { type Blocked, type Decision, isOfThisRun, type Task } from './task.js';
import { isToUncordon, type Member, targetOf, type World } from './world.js';

/**
 * Decides the next patches of one rollout. `started` has the nodes that rollouts start in this
 * pass, and gets those of this one.
 */
export function advanceRollout(rollout: Rollout, world: World, started: Set<string>): Patch[] {
  const { name, deletionTimestamp } = rollout.metadata;
  if (deletionTimestamp !== undefined) return [];
  const active = world.members.filter(({ step }) => step?.rollout === name && isActive(step));
  const finishing = active
    .filter((member) => !isCancelled(member, rollout, world))
    .flatMap((member) => advanceNode(member, rollout, world));
  const cancelled = world.members
    .filter(({ step }) => step?.rollout === name)
    .filter((member) => isCancelled(member, rollout, world))
    .map((member) => move(member, member.step!, 'Aborted', world.now));
  const task = taskOf(rollout, world);
  const decided = 'blocked' in task ? blockedDecision(rollout, task.blocked) : decide(task, started);
  const decision = withoutEarlyEnd(rollout, decided, world);
  const all = { ...decision, patches: [...finishing, ...cancelled, ...decision.patches] };
  // The status first: it says when the rollout began.
  return [...statusPatches(rollout, 'blocked' in task ? undefined : task, all, world), ...all.patches];
}

/** Returns whether a node that has not been changed must no longer be. */
function isCancelled({ step }: Member, rollout: Rollout, world: World): boolean {
  if (step === undefined || step.rollBack) return false;
  if (step.step !== 'Pending' && step.step !== 'Drain') return false;
  return rollout.spec.aborted === true || step.target !== targetOf(rollout, world);
}

function taskOf(rollout: Rollout, world: World): Task | { readonly blocked: Blocked } {
  const name = rollout.spec.target.config;
  const config = world.set.configs.find(({ metadata }) => metadata.name === name);
  const target = targetOf(rollout, world);
  const block = (reason: string, message: string) => ({ blocked: { reason, message } });
  if (name !== undefined && config === undefined)
    return block('TargetNotFound', `there is no NodeConfig ${name}`);
  if (config !== undefined && config.spec.strategy !== 'Rollout')
    return block('TargetAutomatic', `NodeConfig ${name} does not have the strategy Rollout`);
  if (config?.spec.paused) return block('TargetPaused', `NodeConfig ${name} is paused`);
  if (target === undefined) return block('TargetNotReady', world.set.problem(name ?? '')?.message ?? '');
  const isSelected = ({ metadata: { labels } }: Node) =>
    matchesSelector(rollout.spec.nodeSelector, labels) &&
    (config === undefined || matchesSelector(config.spec.nodeSelector, labels));
  const members = world.members.filter(({ node }) => isSelected(node));
  const own = world.members.filter(
    ({ step }) => step?.rollout === rollout.metadata.name && step.target === target,
  );
  const wave = rollout.status?.target === target ? (rollout.status.wave ?? 1) : 1;
  return {
    rollout,
    target,
    isSelected,
    members,
    own,
    wave,
    startedAt: startOf(rollout, target, world),
    world,
  };
}

function startOf({ status }: Rollout, target: string, { now }: World): string {
  const isSame = status?.target === target && status.phase !== 'Complete';
  return (isSame && status.startedAt) || timeOf(now);
}

/** What is over stays so: that its NodeConfig cannot be rolled out now does not begin it again. */
function blockedDecision({ spec, status }: Rollout, blocked: Blocked): Decision {
  const isOver = status?.phase === 'Complete' || status?.phase === 'Failed';
  const phase = spec.aborted ? 'Aborted' : isOver ? status.phase : 'Progressing';
  return { patches: [], phase, blocked };
}

/** Returns the decision, but not an end before the last node has ended and is uncordoned. */
function withoutEarlyEnd({ metadata, spec }: Rollout, decision: Decision, world: World): Decision {
  if (!ENDS.includes(decision.phase)) return decision;
  const members = world.members.filter(({ step }) => step?.rollout === metadata.name);
  const open = members.find((member) => isActive(member.step) || isToUncordon(member, world));
  if (open === undefined) return decision;
  const what = isActive(open.step) ? `is at ${open.step?.step}` : 'is uncordoned';
  const blocked = { reason: 'Ending', message: `node ${open.name} ${what}` };
  const goesBack = decision.phase === 'Failed' && spec.onFailure !== 'Stop';
  const phase = goesBack ? 'RollingBack' : 'Progressing';
  return { ...decision, phase, blocked: decision.blocked ?? blocked };
}

function decide(task: Task, started: Set<string>): Decision {
  const { rollout, own, world, wave } = task;
  const common = { patches: [], wave, planHash: approvedHash(task) };
  if (rollout.spec.aborted) return { ...common, phase: 'Aborted' };
  if (hasFailedBefore(task) || own.some(({ step }) => hasFailed(step)))
    return { ...common, ...rollBackWave(task, started) };
  const batch = assignBatch(task);
  const hash = { planHash: batch.planHash ?? common.planHash };
  if (rollout.spec.paused) {
    const blocked = { reason: 'Paused', message: 'spec.paused is true' };
    return { ...common, ...hash, phase: 'Paused', blocked };
  }
  if (batch.patches.length > 0) return { ...common, ...hash, phase: 'Progressing', patches: batch.patches };
  const inWave = own.filter(({ step }) => (step?.wave ?? 0) <= wave);
  if (inWave.some(({ step }) => step?.step !== 'Done' && step?.step !== 'Aborted')) {
    const ill = failIll(
      inWave.filter((member) => member.step?.wave === wave && isOfThisRun(member, task)),
      world.now,
    );
    if (ill.length > 0) return { ...common, ...hash, phase: 'Progressing', patches: ill };
    const { patches, blocked } = startNodes(task, inWave, started);
    return { ...common, ...hash, phase: 'Progressing', patches, blocked: blocked ?? describeDrain(task) };
  }
  const gate = passGate(task, inWave);
  const isWaiting = gate.phase === 'Complete' && batch.blocked !== undefined;
  if (!isWaiting) return { ...common, ...hash, ...gate };
  const phase = batch.blocked?.reason === 'WaitingForApproval' ? 'WaitingForApproval' : 'Progressing';
  return { ...common, ...hash, phase, blocked: batch.blocked, wave: gate.wave };
}

/**
 * Returns whether the rollout has failed for its target. It stays so, also if the node that failed
 * is gone, or another rollout has it.
 */
function hasFailedBefore({ rollout: { status }, target }: Task): boolean {
  return status?.target === target && (status.phase === 'RollingBack' || status.phase === 'Failed');
}

/** Returns the hash that a person approved, if nodes have their waves from it. */
function approvedHash({ rollout: { spec }, own }: Task): string | undefined {
  const isUsed = spec.approval === 'Required' && own.some(({ step }) => step?.batch === spec.approvedPlan);
  return isUsed ? spec.approvedPlan : undefined;
}

/** Returns which pod holds a drain. */
function describeDrain({ own, rollout, world }: Task): Blocked | undefined {
  for (const { name, step } of own) {
    const held = world.drains.get(name)?.blocked;
    if (step?.step !== 'Drain' || held === undefined) continue;
    const until = timeOf(deadlineOf(step, rollout));
    return {
      reason: 'DrainBlocked',
      message: `${name}: ${held.pod}: ${held.message}; it gives up at ${until}`,
    };
  }
  return undefined;
}
