import type { Condition } from '../objects/metadata.js';

export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Returns conditions for a status; one whose status is as before keeps its time. */
export function conditionsOf(
  before: readonly Condition[] | undefined,
  current: readonly NewCondition[],
  { now, generation }: { now: Date; generation: number | undefined },
): Condition[] {
  return current.map((condition) => {
    const old = before?.find(({ type }) => type === condition.type);
    const isSame = old?.status === condition.status;
    return {
      ...condition,
      lastTransitionTime: isSame ? old.lastTransitionTime : timeOf(now),
      ...(generation !== undefined && { observedGeneration: generation }),
    };
  });
}

/** Returns a time as the API server has it: whole seconds, UTC. */
export function timeOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
