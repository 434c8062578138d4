import type { Activity } from './enduring-node.js';

export interface Cut {
  activity: Activity;
  /** From the beginning of the activity. */
  seconds: number;
}

/** In seconds, how long each takes on an emulated machine: later cuts hit a node that is done with it. */
const LENGTHS: Readonly<Record<Activity, number>> = { boot: 60, growth: 45, apply: 12, upgrade: 60 };

/** Moments for power cuts, the same for the same seed; every activity in turn. */
export function drawCuts(seed: number, count: number): Cut[] {
  const random = randomFrom(seed);
  const activities = Object.keys(LENGTHS) as Activity[];
  return Array.from({ length: count }, (_, index) => {
    const activity = activities[index % activities.length] ?? 'boot';
    return { activity, seconds: Math.round(random() * LENGTHS[activity] * 10) / 10 };
  });
}

/** From 0 to 1; the generator is called mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
