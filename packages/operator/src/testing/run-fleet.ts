import type { Patch } from '../controller/patch.js';
import { reconcile } from '../controller/reconcile.js';
import type { Fleet } from './fleet.js';

export interface Run {
  /** Minutes between two calls of the operator. Default: 1. */
  readonly minutes?: number;
  /** The most calls. Default: 200. */
  readonly calls?: number;
  /** Numbers of patches, over the whole run, after which the operator dies. */
  readonly deaths?: ReadonlySet<number>;
  /** Called after every patch. */
  readonly check?: (fleet: Fleet, patch: Patch) => void;
  /** Called before every call. */
  readonly before?: (fleet: Fleet, now: Date) => void;
  readonly start?: Date;
}

/** Calls without a patch after which time runs faster, and after which nothing more will come. */
const IDLE = { fast: 3, end: 7 };
/** Together more than a step may take by default. */
const FAST_MINUTES = 10;

const START = new Date('2026-01-05T12:00:00Z');

/**
 * Runs the operator and the agents of a fleet until nothing changes, and returns when that was. An
 * operator that dies leaves out the rest of its patches; the next one starts from a new snapshot.
 */
export function runFleet(fleet: Fleet, run: Run = {}): Date {
  const { minutes = 1, calls = 200, deaths = new Set(), check, before, start = START } = run;
  let performed = 0;
  let idle = 0;
  let now = start;
  for (let call = 0; call < calls && idle < IDLE.end; call++) {
    before?.(fleet, now);
    const patches = reconcile(fleet.snapshot(), now);
    for (const patch of patches) {
      fleet.perform(patch);
      check?.(fleet, patch);
      if (deaths.has(++performed)) break;
    }
    fleet.tick(now);
    idle = patches.length === 0 ? idle + 1 : 0;
    now = new Date(now.getTime() + (idle < IDLE.fast ? minutes : FAST_MINUTES) * 60_000);
  }
  return now;
}
