import type { Host } from '@haos/host';
import type { ProbeResult } from '../controller/snapshot.js';
import type { HttpProbe, Rollout } from '../objects/rollout.js';

/** Asks the URLs that Rollouts name. */
export interface Probes {
  /** Starts what is due, and returns the last answers. Never waits for a URL. */
  read(rollouts: readonly Rollout[], signal: AbortSignal): ReadonlyMap<string, ProbeResult>;
}

/** Milliseconds between two requests to the same URL. */
const INTERVAL = 10_000;

/** A Rollout in one of these phases looks at its probes. */
const ASKING = ['Progressing', 'Baking'];

/** Returns probes without answers. */
export function createProbes(host: Pick<Host, 'fetch' | 'clock'>, onResult: () => void): Probes {
  const results = new Map<string, ProbeResult>();
  const startedAt = new Map<string, number>();

  async function ask({ url, timeoutSeconds = 10 }: HttpProbe, signal: AbortSignal): Promise<void> {
    const outcome = await host
      .fetch(url, { timeout: timeoutSeconds * 1000, retries: 0, signal })
      .then(({ status }) => ({ ok: true, message: String(status) }))
      .catch((error: Error) => ({ ok: false, message: error.message }));
    if (signal.aborted) return;
    results.set(url, { ...outcome, at: new Date(host.clock.now()).toISOString() });
    onResult();
  }

  return {
    read(rollouts, signal) {
      const probes = rollouts
        .filter(({ status }) => ASKING.includes(status?.phase ?? ''))
        .flatMap(({ spec }) => spec.gate?.httpProbes ?? []);
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
