import type { HostClock } from '@haos/host';
import type { KubernetesObject } from '../objects/metadata.js';
import { isStatus } from './api-error.js';
import type { ApiClient } from './client.js';
import { createObject, getObject, replaceObject } from './objects.js';
import { RESOURCES } from './resource.js';

/** Clocks in milliseconds; `now` may jump. */
export interface ElectorClock extends HostClock {
  /** Since any moment; never goes back, but may stand still while the machine sleeps. */
  elapsed(): number;
}

export interface ElectorOptions {
  readonly namespace: string;
  /** The name of the Lease. */
  readonly name: string;
  /** Differs for each process, such as the name of its pod. */
  readonly identity: string;
  readonly clock: ElectorClock;
  /** Seconds without a renewal after which others may lead; default 60. */
  readonly leaseSeconds?: number;
  /** Seconds after the last renewal at which the work ends; default two thirds of the lease. */
  readonly workSeconds?: number;
  /** Seconds between attempts; default 8. */
  readonly retrySeconds?: number;
  /** Called when an attempt fails; it is repeated. */
  readonly onError: (error: unknown) => void;
}

/** The time in which this process leads. */
export interface Term {
  /** Aborts when the process should end, and at the latest when the time of the work is over. */
  readonly signal: AbortSignal;
  /**
   * Returns whether the process may still work, by its clocks. Ask before each change: a timer may
   * be late, if the process was stopped.
   */
  holds(): boolean;
}

/** The part of a Lease that the elector uses. */
export interface Lease extends KubernetesObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

interface Elector extends Required<ElectorOptions> {
  readonly client: ApiClient;
}

/**
 * Waits for a Lease, runs `work` while this process holds it, and gives it back. Resolves when the
 * signal aborted, or the Lease was lost: then the process should start again. The work always ends
 * before another process may lead: `work` must return soon after `term.signal` aborts.
 *
 * No process compares the times in a Lease with a clock, so clocks may differ: a candidate waits
 * until it has not seen the Lease change for its whole duration.
 */
export async function lead(
  client: ApiClient,
  options: ElectorOptions,
  signal: AbortSignal,
  work: (term: Term) => Promise<void>,
): Promise<void> {
  const { leaseSeconds = 60, workSeconds = (leaseSeconds * 2) / 3, retrySeconds = 8 } = options;
  const elector = { ...options, client, leaseSeconds, workSeconds, retrySeconds };
  const held = await acquire(elector, signal);
  if (held !== undefined) await hold(elector, held, signal, work);
}

/** A Lease that this process holds, and when it asked for it. */
interface Held {
  readonly lease: Lease;
  readonly elapsed: number;
  readonly now: number;
}

async function acquire(elector: Elector, signal: AbortSignal): Promise<Held | undefined> {
  let seen: { version: string | undefined; at: number } | undefined;
  while (!signal.aborted) {
    try {
      const lease = await readLease(elector);
      const version = lease?.metadata.resourceVersion;
      if (seen === undefined || seen.version !== version) seen = { version, at: elector.clock.elapsed() };
      const duration = (lease?.spec.leaseDurationSeconds ?? elector.leaseSeconds) * 1000;
      const isFree = !lease?.spec.holderIdentity || elector.clock.elapsed() - seen.at >= duration;
      if (isFree)
        return await claim(elector, lease, { isNew: true, left: elector.workSeconds * 1000, signal });
    } catch (error) {
      if (!isStatus(error, 409)) elector.onError(error); // 409: another process was faster
    }
    await pause(elector, signal);
  }
  return undefined;
}

async function hold(
  elector: Elector,
  acquired: Held,
  signal: AbortSignal,
  work: (term: Term) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const state: Holding = { elector, end, signal: AbortSignal.any([signal, end.signal]), held: acquired };
  const running = Promise.all([renew(state), guard(state)]);
  try {
    await work({ signal: state.signal, holds: () => !state.signal.aborted && timeLeft(state) > 0 });
  } finally {
    const isLost = end.signal.aborted;
    end.abort(new Error('the work is done'));
    await running;
    if (!isLost) await release(elector, state.held);
  }
}

/** A Lease in use. Only `renew` changes `held`; `end` ends the work. */
interface Holding {
  readonly elector: Elector;
  readonly end: AbortController;
  readonly signal: AbortSignal;
  held: Held;
}

/** Milliseconds until the work must end. */
function timeLeft({ elector, held }: Holding): number {
  return elector.workSeconds * 1000 - age(elector.clock, held);
}

async function renew(state: Holding): Promise<void> {
  const { elector, end, signal } = state;
  for (await pause(elector, signal); !signal.aborted; await pause(elector, signal)) {
    try {
      state.held = await claim(elector, state.held.lease, { isNew: false, left: timeLeft(state), signal });
    } catch (error) {
      if (signal.aborted) return;
      elector.onError(error);
      if (!isStatus(error, 409, 404)) continue;
      const lease = await readLease(elector).catch(() => state.held.lease);
      // Ours after a conflict: the answer to an earlier renewal was lost.
      if (
        lease?.metadata.uid === state.held.lease.metadata.uid &&
        lease?.spec.holderIdentity === elector.identity
      )
        state.held = { ...state.held, lease };
      else end.abort(lost(elector));
    }
  }
}

/** Ends the work in time, whatever a renewal waits for. Looks often, because clocks may jump. */
async function guard(state: Holding): Promise<void> {
  const { elector, end, signal } = state;
  while (!signal.aborted) {
    const left = timeLeft(state);
    if (left <= 0) end.abort(lost(elector));
    else await elector.clock.sleep(Math.min(left, 500), signal).catch(() => {});
  }
}

function lost({ name }: Elector): Error {
  return new Error(`the Lease ${name} was lost`);
}

/** Milliseconds since the Lease was asked for; the larger of what two clocks say. */
function age(clock: ElectorClock, held: Held): number {
  return Math.max(clock.elapsed() - held.elapsed, clock.now() - held.now);
}

function readLease({ client, namespace, name }: Elector): Promise<Lease | undefined> {
  return getObject<Lease>(client, RESOURCES.lease, { namespace, name });
}

interface Claim {
  readonly isNew: boolean;
  /** Milliseconds until the answer is of no use. */
  readonly left: number;
  readonly signal: AbortSignal;
}

/**
 * Writes this process into the Lease, if it has not changed since it was read. It waits half of the
 * time that is left: a busy API server may answer late, and a silent connection leaves time for
 * another attempt.
 */
async function claim(
  elector: Elector,
  lease: Lease | undefined,
  { isNew, left, signal }: Claim,
): Promise<Held> {
  const { clock, client, namespace, name, identity, leaseSeconds } = elector;
  const asked = { elapsed: clock.elapsed(), now: clock.now() };
  const time = new Date(asked.now).toISOString().replace('Z', '000Z');
  const transitions = lease?.spec.leaseTransitions ?? -1;
  const object: Lease = {
    apiVersion: RESOURCES.lease.apiVersion,
    kind: RESOURCES.lease.kind,
    metadata: lease?.metadata ?? { namespace, name },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseSeconds),
      renewTime: time,
      acquireTime: isNew ? time : (lease?.spec.acquireTime ?? time),
      leaseTransitions: isNew ? transitions + 1 : transitions,
    },
  };
  const stored =
    lease === undefined
      ? await createObject(client, object, signal)
      : await replaceObject(client, object, { timeout: Math.ceil(left / 2), signal });
  return { lease: stored, ...asked };
}

/** Lets others lead at once. */
async function release(elector: Elector, { lease }: Held): Promise<void> {
  const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 };
  try {
    await replaceObject(elector.client, { ...lease, spec }, { timeout: 5000 });
  } catch (error) {
    elector.onError(error);
  }
}

async function pause({ clock, retrySeconds }: Elector, signal: AbortSignal): Promise<void> {
  await clock.sleep(retrySeconds * 1000 * (0.75 + Math.random() / 4), signal).catch(() => {});
}
