import { condition, conditionsOf, type NewCondition } from '../controller/conditions.js';
import { contains } from '../controller/contains.js';
import type { Patch } from '../controller/patch.js';
import { API_VERSION } from '../objects/names.js';
import type { Rollout, RolloutPhase, RolloutStatus, StepName, WaveCounts } from '../objects/rollout.js';
import { isActive } from './node-step.js';
import type { Blocked, Decision, Task } from './task.js';
import type { World } from './world.js';

/** Phases after which nothing more happens by time alone. */
export const ENDS: readonly RolloutPhase[] = ['Complete', 'Failed', 'Aborted'];

/** Returns the patch of the status if it changes, and an event if the phase does. */
export function statusPatches(
  rollout: Rollout,
  task: Task | undefined,
  decision: Decision,
  world: World,
): Patch[] {
  const status = statusOf(rollout, task, decision, world);
  const isSame = contains(rollout.status, status) && contains(status, withoutUndefined(rollout.status));
  if (isSame) return [];
  const { apiVersion, kind, metadata } = rollout;
  const identity = { name: metadata.name, uid: metadata.uid };
  const patch: Patch = {
    kind: 'apply',
    manager: 'haos-rollout',
    subresource: 'status',
    object: { apiVersion: API_VERSION, kind: 'Rollout', metadata: identity, ...{ status } },
  };
  if (status.phase === rollout.status?.phase) return [patch];
  const isBad = status.phase === 'Failed' || status.phase === 'RollingBack';
  return [
    patch,
    {
      kind: 'event',
      regarding: { apiVersion, kind, metadata: identity },
      type: isBad ? 'Warning' : 'Normal',
      reason: status.phase ?? '',
      message:
        decision.blocked?.message ?? `the rollout of ${status.target ?? 'its target'} is ${status.phase}`,
    },
  ];
}

function withoutUndefined(status: RolloutStatus | undefined): object {
  return JSON.parse(JSON.stringify(status ?? {})) as object;
}

function statusOf(
  rollout: Rollout,
  task: Task | undefined,
  { phase, blocked, wave, bakingSince, planHash }: Decision,
  world: World,
): RolloutStatus {
  const { generation } = rollout.metadata;
  const { target, waves, wave: waveBefore, startedAt } = rollout.status ?? {};
  const isComplete = phase === 'Complete' && target === task?.target && startedAt !== undefined;
  const where =
    task === undefined
      ? { target, waves, wave: waveBefore, startedAt }
      : { target: task.target, waves: countWaves(task), startedAt: isComplete ? startedAt : task.startedAt };
  return {
    ...where,
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    ...(planHash !== undefined && { planHash }),
    ...(wave !== undefined && { wave }),
    ...(bakingSince !== undefined && { bakingSince }),
    conditions: conditionsOf(rollout.status?.conditions, [progressing(phase, task), blockedOf(blocked)], {
      now: world.now,
      generation,
    }),
  };
}

function progressing(phase: RolloutPhase, task: Task | undefined): NewCondition {
  const steps = task?.own.filter(({ step }) => isActive(step)) ?? [];
  const names = steps.slice(0, 3).map(({ name, step }) => `${name}: ${step?.step} since ${step?.since}`);
  return condition('Progressing', ENDS.includes(phase) ? 'False' : 'True', phase, names.join(', '));
}

function blockedOf(blocked: Blocked | undefined): NewCondition {
  if (blocked === undefined) return condition('Blocked', 'False', 'None');
  return condition('Blocked', 'True', blocked.reason, blocked.message);
}

function countWaves({ own }: Task): WaveCounts[] {
  const last = Math.max(0, ...own.map(({ step }) => step?.wave ?? 0));
  return Array.from({ length: last }, (_, index) => {
    const steps = own.flatMap(({ step }) => (step?.wave === index + 1 ? [step] : []));
    const count = (...names: StepName[]) => steps.filter(({ step }) => names.includes(step)).length;
    return {
      nodes: steps.length,
      updating: steps.filter(isActive).length,
      updated: count('Done'),
      failed: count('Failed', 'RollBackFailed'),
      rolledBack: count('RolledBack'),
    };
  });
}
