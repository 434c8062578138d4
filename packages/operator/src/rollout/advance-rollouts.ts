import { compareNames } from '../config/digest.js';
import type { Patch } from '../controller/patch.js';
import { move, uncordonPatch } from './advance-node.js';
import { advanceRollout } from './advance-rollout.js';
import { isActive } from './node-step.js';
import { isToUncordon, type Member, type World } from './world.js';

/** Decides the next patches of all rollouts, in the order of their names. */
export function advanceRollouts(world: World): Patch[] {
  const started = new Set<string>();
  const rollouts = [...world.rollouts.values()].sort((a, b) =>
    compareNames(a.metadata.name, b.metadata.name),
  );
  return [
    ...rollouts.flatMap((rollout) => advanceRollout(rollout, world, started)),
    ...world.members.filter((member) => isOrphan(member, world)).map((member) => abandon(member, world)),
    ...world.members.filter((member) => isToUncordon(member, world)).map(uncordonPatch),
  ];
}

/** Returns whether a node is being changed by a rollout that was deleted. */
function isOrphan({ step }: Member, { rollouts }: World): boolean {
  if (step === undefined || rollouts.has(step.rollout)) return false;
  return isActive(step) || step.step === 'Pending';
}

function abandon(member: Member, { now }: World): Patch {
  return move(member, member.step!, 'Aborted', now, 'its Rollout was deleted');
}
