import { liveHost } from '@haos/host';
import {
  type ApiClient,
  type ElectorClock,
  getObject,
  type Lease,
  lead,
  RESOURCES,
  readKubeconfig,
  type Term,
} from '@haos/operator/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect, connectAs } from './connect.js';
import { type Gate, openGate } from './gate.js';

const LIMIT = { timeout: 120_000 };

let server: ApiServer;
let client: ApiClient;
beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
});

/** A candidate that is elected again and again, with a connection of its own that can be cut. */
interface Candidate {
  gate: Gate;
  /** When it led, as pairs on this machine's clock; the last may go on. */
  terms: { from: number; to: number | undefined }[];
  leads(): boolean;
  stop(): Promise<void>;
}

function clockAt(offset: number): ElectorClock {
  const { clock } = liveHost();
  return { ...clock, now: () => clock.now() + offset, elapsed: () => performance.now() + offset };
}

async function start(
  name: string,
  identity: string,
  clock = clockAt(0),
  times = { leaseSeconds: 3, workSeconds: 2, retrySeconds: 0.4 },
): Promise<Candidate> {
  const gate = await openGate(server.url);
  const own = await connectAs({ ...readKubeconfig(liveHost(), server.kubeconfig), server: gate.url });
  const control = new AbortController();
  const terms: Candidate['terms'] = [];
  const work = async (term: Term) => {
    const led: Candidate['terms'][number] = { from: performance.now(), to: undefined };
    terms.push(led);
    await new Promise((resolve) => term.signal.addEventListener('abort', resolve, { once: true }));
    expect(term.holds()).toBe(false);
    led.to = performance.now();
  };
  const options = {
    ...{ namespace: 'default', name, identity, clock, onError: () => {} },
    ...times,
  };
  const running = (async () => {
    while (!control.signal.aborted) await lead(own, options, control.signal, work);
  })();
  return {
    gate,
    terms,
    leads: () => terms.at(-1) !== undefined && terms.at(-1)?.to === undefined,
    async stop() {
      control.abort();
      await running;
      await own.close();
      await gate.stop();
    },
  };
}

/** Expects that no two of all terms overlap. */
function expectOneAtATime(candidates: readonly Candidate[]): void {
  const terms = candidates
    .flatMap((candidate) => candidate.terms)
    .sort((a, b) => a.from - b.from)
    .map(({ from, to = Number.POSITIVE_INFINITY }) => ({ from, to }));
  const overlaps = terms.filter(({ from }, index) => index > 0 && from < (terms[index - 1]?.to ?? 0));
  expect(overlaps).toEqual([]);
}

const readLease = (name: string) => getObject<Lease>(client, RESOURCES.lease, { namespace: 'default', name });

describe('electors', () => {
  it.each([
    ['equal clocks', 0],
    ['a clock that is an hour fast', 3_600_000],
    ['a clock that is a year slow', -31_536_000_000],
  ])('never lead at once, with %s, when the leader is cut off', async (_name, offset) => {
    const name = `cut-${Math.abs(offset)}`;
    const a = await start(name, 'a');
    await expect.poll(a.leads, LIMIT).toBe(true);
    const b = await start(name, 'b', clockAt(offset));

    a.gate.close();
    await expect.poll(b.leads, LIMIT).toBe(true);
    expect(a.leads()).toBe(false);
    a.gate.open();
    b.gate.close();
    await expect.poll(a.leads, LIMIT).toBe(true);
    expect(b.leads()).toBe(false);

    await Promise.all([a.stop(), b.stop()]);
    expectOneAtATime([a, b]);
    expect(await readLease(name)).toMatchObject({ spec: { leaseTransitions: expect.any(Number) } });
  });

  it('never lead at once, while the API server is killed and restarted', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map((identity) => start('restarted', identity)));
    await expect.poll(() => all.filter(({ leads }) => leads()).length, LIMIT).toBe(1);
    await server.kill();
    await expect.poll(() => all.filter(({ leads }) => leads()).length, LIMIT).toBe(0);
    await server.start();
    await expect.poll(() => all.filter(({ leads }) => leads()).length, LIMIT).toBe(1);

    await Promise.all(all.map(({ stop }) => stop()));
    expectOneAtATime(all);
  });

  it('keep the Lease when answers take longer than the pause between attempts', async () => {
    const a = await start('slow', 'a', clockAt(0), { leaseSeconds: 15, workSeconds: 10, retrySeconds: 1 });
    await expect.poll(a.leads, LIMIT).toBe(true);

    a.gate.delay(1200); // there and back
    const seen = new Set<string | undefined>();
    const renewals = async () => seen.add((await readLease('slow'))?.spec.renewTime).size;
    await expect.poll(renewals, { ...LIMIT, interval: 200 }).toBe(6);

    expect(a.terms).toHaveLength(1);
    a.gate.delay(0);
    await a.stop();
  });

  it('end the work when the connection hangs', async () => {
    const a = await start('hanging', 'a');
    await expect.poll(a.leads, LIMIT).toBe(true);

    a.gate.hang();
    await expect.poll(a.leads, LIMIT).toBe(false);

    await a.stop();
  });

  it('do not lead by their clocks after the process was stopped', async () => {
    let jump = 0;
    const { clock } = liveHost();
    const stopped = { ...clock, now: () => clock.now() + jump, elapsed: () => performance.now() };
    const control = new AbortController();
    const options = {
      namespace: 'default',
      name: 'stopped',
      identity: 'a',
      clock: stopped,
      onError: () => {},
    };
    await lead(client, { ...options, retrySeconds: 30 }, control.signal, async (term) => {
      expect(term.holds()).toBe(true);
      jump = 60_000; // as a machine that slept
      expect(term.holds()).toBe(false); // before any timer
      await expect.poll(() => term.signal.aborted, LIMIT).toBe(true);
    });
  });

  it('hand over at once when the work is done', async () => {
    const control = new AbortController();
    const options = { namespace: 'default', name: 'released', clock: clockAt(0), onError: () => {} };
    for (const identity of ['a', 'b']) {
      // The lease is longer than the test may last.
      await lead(client, { ...options, identity, leaseSeconds: 3600 }, control.signal, async () => {
        expect(await readLease('released')).toMatchObject({ spec: { holderIdentity: identity } });
      });
    }
    expect(await readLease('released')).toMatchObject({ spec: { holderIdentity: '', leaseTransitions: 1 } });
  });

  it('wait as long as another holds the Lease', async () => {
    const a = await start('held', 'a');
    await expect.poll(a.leads, LIMIT).toBe(true);
    const b = await start('held', 'b', clockAt(3_600_000));
    const first = (await readLease('held'))?.spec.renewTime;
    await expect.poll(async () => (await readLease('held'))?.spec.renewTime, LIMIT).not.toBe(first);

    await b.stop();
    await a.stop();
    expect(b.terms).toEqual([]);
  });
});
