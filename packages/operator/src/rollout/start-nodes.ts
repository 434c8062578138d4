import { isReady, isServer } from '../controller/node-health.js';
import type { Patch } from '../controller/patch.js';
import type { NodeStep } from '../objects/rollout.js';
import { move } from './advance-node.js';
import type { Blocked, Task } from './task.js';
import { describeClosed, isOpen } from './window.js';
import { findQuorumRisk, isUnavailable, type Member, needsDrain } from './world.js';

export interface Started {
  readonly patches: readonly Patch[];
  /** Why no further node starts. */
  readonly blocked?: Blocked | undefined;
}

/**
 * Starts nodes of the current wave, as many as may be unavailable: those that others made
 * unavailable count. Servers go first, one at a time, and while etcd keeps its quorum.
 */
export function startNodes(task: Task, inWave: readonly Member[], started: Set<string>): Started {
  const { rollout, world } = task;
  const waiting = inWave.filter(({ step }) => step?.step === 'Pending');
  if (waiting.length === 0) return { patches: [] };
  const { windows = [] } = rollout.spec;
  if (!isOpen(windows, world.now)) {
    const message = describeClosed(windows, world.now);
    return { patches: [], blocked: { reason: 'WindowClosed', message } };
  }
  const servers = inWave.filter(({ node, step }) => isServer(node) && step?.step !== 'Done');
  const turn = servers.length > 0 ? waiting.filter(({ node }) => isServer(node)) : waiting;
  return startEach(turn, inWave, task, started);
}

function startEach(
  turn: readonly Member[],
  inWave: readonly Member[],
  { rollout, world }: Task,
  started: Set<string>,
): Started {
  const patches: Patch[] = [];
  const away = inWave.filter((member) => isUnavailable(member) || started.has(member.name));
  const stop = (why: Blocked | undefined) => ({ patches, blocked: patches.length === 0 ? why : undefined });
  let slots = (rollout.spec.maxUnavailable ?? 1) - away.length;
  for (const member of turn) {
    if (slots <= 0) break;
    if (isUnavailable(member) || started.has(member.name)) continue;
    const risk = isServer(member.node) ? findQuorumRisk(member, world, started) : undefined;
    if (risk !== undefined) return stop({ reason: 'Quorum', message: risk });
    const step = withPresentAction(member);
    const to = needsDrain({ ...member, step }, world) ? 'Drain' : 'Apply';
    patches.push(move(member, step, to, world.now));
    started.add(member.name);
    slots--;
  }
  return stop(describeAway(away, rollout.metadata.name));
}

/**
 * Returns the step of a node with what its plan takes now: since the node got its wave, someone may
 * have changed it, so that the same configuration needs a reboot.
 */
function withPresentAction({ step, state, result }: Member): NodeStep {
  const { plan } = state.status ?? {};
  const isPlanned = step?.action !== undefined && plan?.wanted === result.documents.parts.hash;
  return { ...step!, ...(isPlanned && { action: plan.action }) };
}

/** Returns who takes the slots, if it is not this rollout itself. */
function describeAway(away: readonly Member[], rollout: string): Blocked | undefined {
  const other = away.find(
    ({ step }) => step?.rollout !== rollout || step.step === 'Pending' || step.step === 'Done',
  );
  if (other === undefined) return undefined;
  const why = isReady(other.node) ? 'is cordoned' : 'is not Ready';
  return { reason: 'MaxUnavailable', message: `node ${other.name} ${why} and counts as unavailable` };
}
