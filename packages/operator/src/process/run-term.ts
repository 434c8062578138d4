import { setMaxListeners } from 'node:events';
import type { Host } from '@haos/host';
import { createBackoff } from '../api/backoff.js';
import type { ApiClient } from '../api/client.js';
import type { Term } from '../api/elector.js';
import type { Reporter } from '../api/events.js';
import type { Pod } from '../api/eviction.js';
import type { Patch } from '../controller/patch.js';
import { reconcile } from '../controller/reconcile.js';
import type { Snapshot } from '../controller/snapshot.js';
import { createDrains, type Drains } from './drains.js';
import { type FleetCaches, startFleetCaches } from './fleet-caches.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import { performPatch } from './perform-patch.js';
import { nodeOf, performPatches } from './perform-patches.js';
import { createProbes, type Probes } from './probes.js';
import { createTrigger, type Trigger } from './trigger.js';

export interface TermContext {
  readonly client: ApiClient;
  readonly host: Pick<Host, 'fetch' | 'clock'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly reporter: Reporter;
  /** Pods of the operator itself, which no drain evicts. */
  readonly isOwn: (pod: Pod) => boolean;
  /** Called when all objects are known, after each pass, and after each patch. */
  readonly onAlive: () => void;
  /** Seconds between two passes while a Rollout is at work; default 5. */
  readonly pollSeconds?: number;
  /** Seconds between two passes if nothing changes; default 60. */
  readonly idleSeconds?: number;
  /** How many nodes are worked on at once. Default 8. */
  readonly concurrency?: number;
  /** Called after each patch that was performed. */
  readonly onPatch?: (patch: Patch) => void;
}

/**
 * Milliseconds between two passes: as many times as long as deciding took, which needs a processor.
 * Not as performing took, which waits for the API server, and for 10,000 nodes takes minutes.
 */
const [SHORTEST_GAP, LONGEST_GAP] = [250, 10_000];
const GAP_FACTOR = 2;

/** Phases in which time alone changes nothing. */
const RESTING = ['WaitingForApproval', 'Paused', 'Complete', 'Failed', 'Aborted'];

interface Loop extends TermContext {
  readonly term: Term;
  readonly caches: FleetCaches;
  readonly drains: Drains;
  readonly probes: Probes;
  readonly trigger: Trigger;
}

/**
 * Leads: follows the objects, decides, and performs, until the term ends. A request that runs then
 * is broken off, with or without effect: the next leader decides again. Never rejects.
 */
export async function runTerm(context: TermContext, term: Term): Promise<void> {
  const { client, host, logger, metrics, isOwn } = context;
  setMaxListeners(0, term.signal); // each watch and each request listens
  const trigger = createTrigger(host.clock);
  const caches = startFleetCaches(client, {
    signal: term.signal,
    onChange: trigger.fire,
    onError(resource, error, pause) {
      metrics.watchErrors.inc({ resource: resource.plural });
      logger.error('a watch failed and is repeated', error, {
        resource: resource.plural,
        pause: Math.round(pause),
      });
    },
  });
  const drains = createDrains(client, isOwn);
  const loop: Loop = { ...context, term, caches, trigger, drains, probes: createProbes(host, trigger.fire) };
  await caches.synced;
  const backoff = createBackoff();
  while (!term.signal.aborted) {
    context.onAlive();
    const started = performance.now();
    const { isDone, decided } = await pass(loop);
    const took = performance.now() - started;
    metrics.passes.observe({ result: isDone ? 'done' : 'failed' }, took / 1000);
    if (isDone) backoff.reset();
    // Changes that arrive meanwhile wait for the end of the gap, and then count as one.
    const gap = isDone ? gapAfter(decided) : backoff.next();
    await host.clock.sleep(gap, term.signal).catch(() => {});
    if (isDone) await trigger.wait(waitOf(loop) * 1000, term.signal);
  }
  await caches.done;
}

/** Returns the milliseconds until the next pass, from those that deciding took. */
export function gapAfter(decided: number): number {
  return Math.min(LONGEST_GAP, Math.max(SHORTEST_GAP, decided * GAP_FACTOR));
}

interface Pass {
  /** Whether all went well. */
  readonly isDone: boolean;
  /** Milliseconds. */
  readonly decided: number;
}

/** Decides once and performs everything. */
async function pass(loop: Loop): Promise<Pass> {
  const { logger, host, term } = loop;
  const started = performance.now();
  try {
    const snapshot = await readSnapshot(loop);
    count(loop, snapshot);
    if (snapshot.isUninstalling)
      logger.warn('the definition of NodeConfigs is being deleted: nodes stay as they are');
    const patches = reconcile(snapshot, new Date(host.clock.now()));
    const decided = performance.now() - started;
    const isDone = await performPatches(patches, {
      ...(loop.concurrency !== undefined && { concurrency: loop.concurrency }),
      mayGoOn: term.holds,
      perform: (patch) => perform(loop, patch),
      onResult: (patch, error) => report(loop, patch, error),
    });
    return { isDone, decided };
  } catch (error) {
    if (!term.signal.aborted) logger.error('a pass failed and is repeated', error);
    return { isDone: false, decided: 0 };
  }
}

async function readSnapshot({ caches, drains, probes, term }: Loop): Promise<Snapshot> {
  const objects = caches.objects();
  return {
    ...objects,
    drains: await drains.read(objects.nodeStates, term.signal),
    probes: probes.read(objects.rollouts, term.signal),
  };
}

async function perform(loop: Loop, patch: Patch): Promise<void> {
  const { caches, drains, term } = loop;
  await performPatch({ ...loop, signal: term.signal, onStored: caches.put, onDrained: drains.put }, patch);
  loop.onPatch?.(patch);
}

function report({ logger, metrics, term, onAlive }: Loop, patch: Patch, error: unknown): void {
  onAlive();
  if (error !== undefined && term.signal.aborted) return;
  metrics.patches.inc({ kind: patch.kind, result: error === undefined ? 'done' : 'failed' });
  const fields = { patch: patch.kind, ...targetOf(patch) };
  if (error !== undefined) logger.error('a patch failed and is decided again', error, fields);
  else if (patch.kind === 'event') logger.info(patch.message, { ...fields, reason: patch.reason });
}

function targetOf(patch: Patch) {
  const node = nodeOf(patch);
  if (patch.kind === 'drain' || patch.kind === 'cordon') return { node };
  const { kind, metadata } = patch.kind === 'event' ? patch.regarding : patch.object;
  return { kind, name: metadata.name, node };
}

function count({ metrics }: Loop, { nodes, nodeConfigs, nodeStates, rollouts }: Snapshot): void {
  for (const [kind, list] of Object.entries({ nodes, nodeConfigs, nodeStates, rollouts }))
    metrics.objects.set({ kind }, list.length);
}

/** Seconds until the next pass if nothing changes: windows open, steps take too long. */
function waitOf({ caches, pollSeconds = 5, idleSeconds = 60 }: Loop): number {
  const isBusy = caches.rollouts.list().some(({ status }) => !RESTING.includes(status?.phase ?? ''));
  return isBusy ? pollSeconds : idleSeconds;
}
