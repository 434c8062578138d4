import type { Condition } from '../objects/metadata.js';

export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Returns a condition for a status, without the time that `conditionsOf` adds. */
export function condition(
  type: string,
  status: Condition['status'],
  reason: string,
  message = '',
): NewCondition {
  return { type, status, reason, message };
}

/** Returns conditions for a status; one whose status is as before keeps its time. */
export function conditionsOf(
  before: readonly Condition[] | undefined,
  current: readonly NewCondition[],
  { now, generation }: { now: Date; generation: number | undefined },
): Condition[] {
  return current.map((next) => {
    const old = before?.find(({ type }) => type === next.type);
    const isSame = old?.status === next.status;
    return {
      ...next,
      lastTransitionTime: isSame ? old.lastTransitionTime : timeOf(now),
      ...(generation !== undefined && { observedGeneration: generation }),
    };
  });
}

/** Returns a time as the API server has it: whole seconds, UTC. */
export function timeOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
