import { isServer } from '../controller/node-health.js';
import type { Patch } from '../controller/patch.js';
import type { RolloutPhase } from '../objects/rollout.js';
import { move } from './advance-node.js';
import { hasFailed } from './node-step.js';
import { needsDrain } from './start-nodes.js';
import type { Blocked, Task } from './task.js';
import { findQuorumRisk, isUnavailable, type Member } from './world.js';

export interface RolledBack {
  readonly patches: readonly Patch[];
  readonly phase: RolloutPhase;
  readonly blocked?: Blocked | undefined;
}

/**
 * Takes the nodes of a wave in which one failed back to what they had, those that failed first.
 * Later waves have not begun, and earlier waves have passed their gate: they stay.
 */
export function rollBackWave(task: Task, started: Set<string>): RolledBack {
  const { rollout, own } = task;
  const failed = own.filter(({ step }) => step?.step === 'Failed');
  const reason = own.find(({ step }) => step?.reason !== undefined);
  const blocked: Blocked = {
    reason: 'NodeFailed',
    message: reason === undefined ? 'a node failed' : `node ${reason.name}: ${reason.step?.reason}`,
  };
  if (rollout.spec.onFailure === 'Stop') return { patches: [], phase: 'Failed', blocked };
  const waves = new Set(own.filter(({ step }) => hasFailed(step)).map(({ step }) => step?.wave));
  const wave = own.filter(({ step }) => waves.has(step?.wave));
  const now = task.world.now;
  const broken = failed.map((member) => move(member, member.step!, 'RollBack', now, member.step?.reason));
  const healthy = startBack(
    wave.filter(({ step }) => step?.step === 'Done'),
    wave,
    task,
    started,
  );
  const patches = [...broken, ...healthy];
  const isOver = wave.every(({ step }) =>
    ['Pending', 'RolledBack', 'RollBackFailed'].includes(step?.step ?? ''),
  );
  return { patches, phase: isOver ? 'Failed' : 'RollingBack', blocked };
}

/** Takes healthy nodes back, no more at a time than may be unavailable. */
function startBack(
  done: readonly Member[],
  wave: readonly Member[],
  { rollout, world }: Task,
  started: Set<string>,
): Patch[] {
  const away = wave.filter((member) => isUnavailable(member) && member.step?.step !== 'RollBackFailed');
  let slots = (rollout.spec.maxUnavailable ?? 1) - away.length;
  const patches: Patch[] = [];
  for (const member of done) {
    if (slots <= 0) break;
    if (isServer(member.node) && findQuorumRisk(member, world.members, started) !== undefined) break;
    const to = needsDrain(member, world) ? 'Drain' : 'RollBack';
    patches.push(move(member, { ...member.step!, rollBack: true }, to, world.now));
    started.add(member.name);
    slots--;
  }
  return patches;
}
