import type { Activity } from './enduring-node.js';

export interface Cut {
  activity: Activity;
  /** Seconds from the start of the activity. */
  seconds: number;
}

/**
 * Duration of each activity on an emulated machine, in seconds: a later cut hits a node that has
 * finished it.
 */
const LENGTHS: Readonly<Record<Activity, number>> = { boot: 60, growth: 45, apply: 12, upgrade: 60 };

/** Returns moments for power cuts, the same for the same seed; the activities take turns. */
export function drawCuts(seed: number, count: number): Cut[] {
  const random = randomFrom(seed);
  const activities = Object.keys(LENGTHS) as Activity[];
  return Array.from({ length: count }, (_, index) => {
    const activity = activities[index % activities.length] ?? 'boot';
    return { activity, seconds: Math.round(random() * LENGTHS[activity] * 10) / 10 };
  });
}

/** Returns a generator of numbers from 0 to 1: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
