import type { Patch } from '../controller/patch.js';
import type { Node } from '../objects/metadata.js';
import type { Rollout, RolloutPhase } from '../objects/rollout.js';
import type { Member, World } from './world.js';

/** Why nothing, or nothing more, happens. */
export interface Blocked {
  readonly reason: string;
  readonly message: string;
}

/** What a rollout decided: patches of nodes, and what its status says. */
export interface Decision {
  readonly patches: readonly Patch[];
  readonly phase: RolloutPhase;
  readonly blocked?: Blocked | undefined;
  readonly wave?: number | undefined;
  readonly bakingSince?: string | undefined;
  readonly planHash?: string | undefined;
}

/** Returns whether a node got its step since the rollout began: those before are complete. */
export function isOfThisRun({ step }: Member, { startedAt }: Pick<Task, 'startedAt'>): boolean {
  return step !== undefined && step.since >= startedAt;
}

/** A rollout with its nodes. */
export interface Task {
  readonly rollout: Rollout;
  readonly target: string;
  /** Returns whether a node belongs to the rollout. */
  readonly isSelected: (node: Node) => boolean;
  readonly members: readonly Member[];
  /** Members with a step of this rollout and this target. */
  readonly own: readonly Member[];
  /** The current wave. */
  readonly wave: number;
  /** RFC 3339; when the rollout began, or began again after it was complete. */
  readonly startedAt: string;
  readonly world: World;
}
