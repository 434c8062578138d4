import { timeOf } from '../controller/conditions.js';
import type { Patch } from '../controller/patch.js';
import { DEFAULT_STEP_TIMEOUT_SECONDS, type RolloutPhase } from '../objects/rollout.js';
import { move } from './advance-node.js';
import { findExcess, probesOf } from './probes-of.js';
import { type Blocked, isOfThisRun, type Task } from './task.js';
import { findIllness, isToUncordon, type Member } from './world.js';

export interface GateResult {
  readonly patches: readonly Patch[];
  readonly phase: RolloutPhase;
  readonly wave: number;
  readonly bakingSince?: string;
  readonly blocked?: Blocked;
}

/**
 * Decides whether the next wave may start: all nodes of this one are done; they must be healthy for
 * the time of the gate, and then its probes must answer. A node that falls ill meanwhile fails. The
 * wave fails if the probes do not answer in the time of a step.
 */
export function passGate(task: Task, inWave: readonly Member[]): GateResult {
  const { rollout, target, wave, own, world } = task;
  const last = Math.max(1, ...own.map(({ step }) => step?.wave ?? 1));
  const { status, spec } = rollout;
  const isSame = status?.target === target && status.wave === wave;
  if (isSame && status.phase === 'Complete' && wave >= last) return { patches: [], phase: 'Complete', wave };
  const current = inWave.filter(
    (member) => member.step?.wave === wave && member.step.step === 'Done' && isOfThisRun(member, task),
  );
  const ill = failIll(current, world.now);
  const cordoned = current.find((one) => isToUncordon(one, world));
  if (cordoned !== undefined && ill.length === 0) {
    const blocked = { reason: 'Ending', message: `node ${cordoned.name} is uncordoned` };
    return { patches: [], phase: 'Progressing', wave, blocked };
  }
  const since = (isSame && status.bakingSince) || timeOf(world.now);
  const baking = { phase: 'Baking' as const, wave, bakingSince: since };
  if (ill.length > 0) return { ...baking, patches: ill };
  const end = Date.parse(since) + (spec.gate?.bakeSeconds ?? 0) * 1000;
  if (world.now.getTime() < end)
    return {
      ...baking,
      patches: [],
      blocked: { reason: 'Baking', message: `the wave must be healthy until ${timeOf(new Date(end))}` },
    };
  const probe = findProbe(task, since);
  if (probe !== undefined) {
    const limit = end + (spec.stepTimeoutSeconds ?? DEFAULT_STEP_TIMEOUT_SECONDS) * 1000;
    if (world.now.getTime() >= limit) {
      const phase = spec.onFailure === 'Stop' ? 'Failed' : 'RollingBack';
      return { patches: [], phase, wave, blocked: { reason: 'GateFailed', message: probe } };
    }
    const message = `${probe}; it gives up at ${timeOf(new Date(limit))}`;
    return { ...baking, patches: [], blocked: { reason: 'GateFailed', message } };
  }
  if (wave < last) return { patches: [], phase: 'Progressing', wave: wave + 1 };
  return { patches: [], phase: 'Complete', wave };
}

/** Returns the patches that fail nodes that are done and have fallen ill. */
export function failIll(members: readonly Member[], now: Date): Patch[] {
  return members.flatMap((member) => {
    const reason = member.step?.step === 'Done' ? findIllness(member) : undefined;
    return reason === undefined ? [] : [move(member, member.step!, 'Failed', now, reason)];
  });
}

/** Returns what a probe of the gate says that has not succeeded since the wave is done. */
function findProbe({ rollout, world }: Task, since: string): string | undefined {
  for (const { url, shown, limits } of probesOf(rollout.spec.gate)) {
    const answer = world.probes.get(url);
    if (answer === undefined || answer.at < since) return `${shown} has not answered yet`;
    if (!answer.ok) return `${shown} answers ${answer.message}`;
    const problem = limits && findExcess(answer.values ?? [], limits);
    if (problem !== undefined) return `${shown} ${problem}`;
  }
  return undefined;
}
