import { type FetchOptions, type Host, isHaosError } from '@haos/host';
import type { ProbeResult } from '../controller/snapshot.js';
import type { Rollout } from '../objects/rollout.js';
import { type Probe, probesOf } from '../rollout/probes-of.js';

/** Asks the URLs that Rollouts name. */
export interface Probes {
  /** Starts what is due, and returns the last answers. Never waits for a URL. */
  read(rollouts: readonly Rollout[], signal: AbortSignal): ReadonlyMap<string, ProbeResult>;
}

/** Milliseconds between two requests to the same URL. */
const INTERVAL = 10_000;

/** Bytes of an answer; a query has few results. */
const MAX_BYTES = 1024 * 1024;

/** A Rollout in one of these phases looks at its probes. */
const ASKING = ['Progressing', 'Baking'];

/** Returns probes without answers. */
export function createProbes(host: Pick<Host, 'fetch' | 'clock'>, onResult: () => void): Probes {
  const results = new Map<string, ProbeResult>();
  const startedAt = new Map<string, number>();

  async function ask(probe: Probe, signal: AbortSignal): Promise<void> {
    const outcome = await askOnce(host, probe, signal);
    if (signal.aborted) return;
    results.set(probe.url, { ...outcome, at: new Date(host.clock.now()).toISOString() });
    onResult();
  }

  return {
    read(rollouts, signal) {
      const probes = rollouts
        .filter(({ status }) => ASKING.includes(status?.phase ?? ''))
        .flatMap(({ spec }) => probesOf(spec.gate));
      for (const probe of probes) {
        const due = (startedAt.get(probe.url) ?? Number.NEGATIVE_INFINITY) + INTERVAL;
        if (performance.now() < due) continue;
        startedAt.set(probe.url, performance.now());
        void ask(probe, signal);
      }
      const urls = probes.map(({ url }) => url);
      for (const url of results.keys()) if (!urls.includes(url)) results.delete(url);
      return new Map(results);
    },
  };
}

type Outcome = Omit<ProbeResult, 'at'>;

/** Sends one request. What the answer says is not shown, because a status has no secrets. */
async function askOnce(
  host: Pick<Host, 'fetch'>,
  { url, timeoutSeconds, limits }: Probe,
  signal: AbortSignal,
): Promise<Outcome> {
  const options: FetchOptions = { timeout: timeoutSeconds * 1000, retries: 0, signal, maxBytes: MAX_BYTES };
  try {
    const { status, body } = await host.fetch(url, options);
    if (limits === undefined) return { ok: true, message: String(status) };
    const values = valuesOf(new TextDecoder().decode(body));
    if (values === undefined) return { ok: false, message: 'nothing that Prometheus would say' };
    return { ok: true, message: String(status), values };
  } catch (error) {
    return { ok: false, message: describe(error) };
  }
}

function describe(error: unknown): string {
  if (isHaosError(error, 'HAOS_HTTP_STATUS')) return String(error.details.status);
  return isHaosError(error) ? error.message : 'an error';
}

/**
 * Returns the values of an instant query; undefined if the answer has none of the known forms
 * (Prometheus: "HTTP API", instant queries).
 */
function valuesOf(text: string): number[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data: { resultType: string; result: unknown } };
    if (data.resultType === 'scalar') return [toNumber((data.result as Sample)[1])];
    if (data.resultType !== 'vector') return undefined;
    return (data.result as { value: Sample }[]).map(({ value }) => toNumber(value[1]));
  } catch {
    return undefined;
  }
}

type Sample = readonly [time: number, value: string];

function toNumber(text: string): number {
  return Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'));
}
