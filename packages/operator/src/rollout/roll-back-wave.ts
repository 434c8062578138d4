import { isServer } from '../controller/node-health.js';
import type { Patch } from '../controller/patch.js';
import type { RolloutPhase } from '../objects/rollout.js';
import { move } from './advance-node.js';
import { hasFailed, isActive } from './node-step.js';
import { type Blocked, isOfThisRun, type Task } from './task.js';
import { findIllness, findQuorumRisk, isUnavailable, type Member, needsDrain } from './world.js';

export interface RolledBack {
  readonly patches: readonly Patch[];
  readonly phase: RolloutPhase;
  readonly blocked?: Blocked | undefined;
}

/**
 * Takes the nodes of a wave that failed back to what they had. Later waves have not begun. Earlier
 * waves, and nodes of an earlier run, have passed their gate: they stay. Nodes that pods cannot use
 * anyway, or that are ill, go back at once; the others go as they came.
 */
export function rollBackWave(task: Task, started: Set<string>): RolledBack {
  const { rollout, own } = task;
  const failed = own.filter(({ step }) => step?.step === 'Failed');
  const blocked = whyFailed(task);
  if (rollout.spec.onFailure === 'Stop') return { patches: [], phase: 'Failed', blocked };
  const failedWaves = own.filter(({ step }) => hasFailed(step)).map(({ step }) => step?.wave);
  // Without one, the gate failed, or the node that failed is gone.
  const waves = new Set(failedWaves.length > 0 ? failedWaves : [task.wave]);
  const wave = own.filter(({ step }) => waves.has(step?.wave));
  const now = task.world.now;
  const broken = failed.filter((member) => isUnavailable(member) || findIllness(member) !== undefined);
  const healthy = [
    ...failed.filter((member) => !broken.includes(member)),
    ...wave.filter((member) => member.step?.step === 'Done' && isOfThisRun(member, task)),
  ];
  const patches = [
    ...broken.map((member) => move(member, member.step!, 'RollBack', now, member.step?.reason)),
    ...startBack(healthy, wave, task, started),
  ];
  const isOver = [...failed, ...healthy].length === 0 && !wave.some(({ step }) => isActive(step));
  return { patches, phase: isOver ? 'Failed' : 'RollingBack', blocked };
}

function whyFailed({ own, rollout: { status } }: Task): Blocked {
  const failed = own.find(({ step }) => step?.reason !== undefined);
  if (failed !== undefined)
    return { reason: 'NodeFailed', message: `node ${failed.name}: ${failed.step?.reason}` };
  const before = status?.conditions?.find(({ type }) => type === 'Blocked');
  return before?.status === 'True' ? before : { reason: 'NodeFailed', message: 'a node failed' };
}

/** Takes healthy nodes back, no more at a time than may be unavailable. */
function startBack(
  healthy: readonly Member[],
  wave: readonly Member[],
  { rollout, world }: Task,
  started: Set<string>,
): Patch[] {
  const away = wave.filter((member) => isUnavailable(member) && member.step?.step !== 'RollBackFailed');
  let slots = (rollout.spec.maxUnavailable ?? 1) - away.length;
  const patches: Patch[] = [];
  for (const member of healthy) {
    if (slots <= 0) break;
    if (isServer(member.node) && findQuorumRisk(member, world, started) !== undefined) break;
    const to = needsDrain(member, world) ? 'Drain' : 'RollBack';
    const step = { ...member.step!, rollBack: true } as const;
    patches.push(move(member, step, to, world.now, step.reason));
    started.add(member.name);
    slots--;
  }
  return patches;
}
