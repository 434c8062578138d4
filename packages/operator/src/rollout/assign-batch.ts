import { compareNames, digest } from '../config/digest.js';
import { timeOf } from '../controller/conditions.js';
import { isReady, isServer } from '../controller/node-health.js';
import type { Patch } from '../controller/patch.js';
import type { NodeStep, Rollout } from '../objects/rollout.js';
import { assignWaves } from './assign-waves.js';
import { isActive, notePatch } from './node-step.js';
import { parseConfigTarget } from './target.js';
import type { Blocked, Task } from './task.js';
import { hasTarget, type Member, type World } from './world.js';

export interface Batch {
  readonly patches: readonly Patch[];
  /** The hash of what is not approved yet, or was just approved; undefined if there is nothing. */
  readonly planHash?: string;
  /** Why nodes have no wave yet. */
  readonly blocked?: Blocked;
}

/**
 * Gives a wave to the nodes that have none, once all of them have planned and a person has
 * approved their plans, if that is required. A node that is not Ready and has not planned is left
 * for later: it joins the last wave when it is back.
 */
export function assignBatch(task: Task): Batch {
  const { rollout, members, own, target, world } = task;
  const newcomer = world.newcomers.find((node) => isReady(node) && task.isSelected(node));
  if (newcomer !== undefined) return { patches: [], blocked: describeNewcomer(newcomer.metadata.name) };
  const open = members.filter((member) => needsWave(member, task));
  if (open.length === 0) return { patches: [] };
  const holder = open.find((member) => isHeld(member, rollout.metadata.name, world));
  const free = open.filter((member) => !isHeld(member, rollout.metadata.name, world));
  const planned = free.filter((member) => planOf(member, target) !== undefined);
  const late = free.find((member) => isReady(member.node) && !planned.includes(member));
  if (late !== undefined) return { patches: [], blocked: describeLate(late) };
  const [first] = planned;
  if (first === undefined) {
    if (holder === undefined) return { patches: [] };
    const message = `node ${holder.name} is held by Rollout ${holder.step?.rollout}`;
    return { patches: [], blocked: { reason: 'NodesBusy', message } };
  }
  const { approval, approvedPlan } = rollout.spec;
  const approved = own.filter(({ step }) => step?.batch === approvedPlan && step?.step !== 'Aborted');
  const resumed = hashOf(target, planned, approved);
  if (approval === 'Required' && resumed !== approvedPlan) {
    const planHash = hashOf(target, planned);
    if (planHash !== approvedPlan)
      return { patches: [], planHash, blocked: describeApproval(rollout, planHash, planned) };
  }
  if (approval !== 'Required') return { patches: notesOf(task, planned, 'none') };
  const planHash = approvedPlan ?? '';
  return { patches: notesOf(task, planned, planHash), planHash };
}

function needsWave(member: Member, { rollout, target }: Task): boolean {
  if (hasTarget(member, target)) return false;
  const { step } = member;
  const isOwn = step?.rollout === rollout.metadata.name && step.target === target;
  if (isOwn) return step.step === 'Aborted';
  return !(step?.rollout === rollout.metadata.name && isActive(step));
}

/** Returns whether another rollout has the node. */
function isHeld({ step }: Member, name: string, { rollouts }: World): boolean {
  if (step === undefined || step.rollout === name) return false;
  if (isActive(step)) return true;
  const phase = rollouts.get(step.rollout)?.status?.phase;
  return step.step === 'Pending' && phase !== undefined && !['Failed', 'Aborted', 'Complete'].includes(phase);
}

/** Returns the hash of what a node would do for a target; undefined if it has not planned that. */
function planOf({ state, result }: Member, target: string): string | undefined {
  const { plan, haos } = state.status ?? {};
  if (parseConfigTarget(target) === undefined) return haos && `from ${haos.version}`;
  const { parts } = result.documents;
  return !parts.apply && plan?.wanted === parts.hash ? plan.hash : undefined;
}

function hashOf(target: string, planned: readonly Member[], assigned: readonly Member[] = []): string {
  const entries = [
    ...planned.map((member) => [member.name, planOf(member, target) ?? ''] as const),
    ...assigned.map(({ name, step }) => [name, step?.planHash ?? ''] as const),
  ].sort(([a], [b]) => compareNames(a, b));
  return digest([target, entries]);
}

function describeLate({ name, state, result }: Member): Blocked {
  const [conflict] = result.conflicts;
  if (conflict !== undefined)
    return {
      reason: 'Conflict',
      message: `node ${name} cannot plan: ${conflict.names.join(' and ')} contradict each other in ${conflict.key}`,
    };
  const { hash, problem } = result.documents.parts;
  if (problem !== undefined) return { reason: 'PlanFailed', message: `node ${name} cannot plan: ${problem}` };
  const { attempted, result: outcome, message } = state.status?.config ?? {};
  if (attempted === hash && outcome === 'Failed')
    return { reason: 'PlanFailed', message: `node ${name} cannot plan: ${message ?? 'no message'}` };
  return describeNewcomer(name);
}

function describeNewcomer(name: string): Blocked {
  return { reason: 'WaitingForPlans', message: `node ${name} has not planned yet` };
}

function describeApproval({ metadata }: Rollout, planHash: string, planned: readonly Member[]): Blocked {
  const names = planned.slice(0, 3).map(({ name }) => name);
  const nodes = `${names.join(', ')}${planned.length > 3 ? `, ... (${planned.length} nodes)` : ''}`;
  const how = `kubectl haos rollout approve ${metadata.name}, or spec.approvedPlan: ${planHash}`;
  return { reason: 'WaitingForApproval', message: `to change ${nodes}: ${how}` };
}

/**
 * Returns the notes of all nodes that have none. Waves are counted over the whole batch, so that a
 * batch of which a part is noted gets the same waves.
 */
function notesOf(task: Task, planned: readonly Member[], batch: string): Patch[] {
  const { rollout, own, target, world } = task;
  const assigned = own.filter(({ step }) => step?.step !== 'Aborted');
  const started = assigned.filter(({ step }) => step?.batch !== batch || step.step !== 'Pending');
  const together = [...planned, ...(started.length === 0 ? assigned : [])].sort(byOrder);
  const waves = assignWaves(together.length, rollout.spec.waves);
  const isConfig = parseConfigTarget(target) !== undefined;
  const last = Math.max(task.wave, ...started.map(({ step }) => step?.wave ?? 1));
  return planned.map((member) => {
    const planHash = planOf(member, target);
    const { plan } = member.state.status ?? {};
    const step: NodeStep = {
      rollout: rollout.metadata.name,
      target,
      wave: started.length === 0 ? (waves[together.indexOf(member)] ?? 1) : last,
      batch,
      attempt: rollout.metadata.uid ?? rollout.metadata.name,
      ...(planHash !== undefined && { planHash }),
      ...(isConfig && plan !== undefined && { action: plan.action }),
      step: 'Pending',
      since: timeOf(world.now),
    };
    return notePatch(member.name, member.state.metadata.uid, step);
  });
}

/** Servers come first, and nodes in the order of their names. */
function byOrder(a: Member, b: Member): number {
  return Number(isServer(b.node)) - Number(isServer(a.node)) || compareNames(a.name, b.name);
}
