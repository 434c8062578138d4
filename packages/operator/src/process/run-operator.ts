import type { Host } from '@haos/host';
import { createClient } from '../api/client.js';
import type { Credentials } from '../api/credentials.js';
import { type ElectorClock, lead } from '../api/elector.js';
import type { Pod } from '../api/eviction.js';
import { NAMESPACE } from '../objects/names.js';
import { createHealth, type Health } from './health.js';
import { createLogger } from './logger.js';
import { createMetrics, type Metrics } from './metrics.js';
import { runTerm } from './run-term.js';

export interface OperatorOptions {
  readonly host: Host;
  readonly credentials: Credentials;
  /** The name of the pod; names this process in the Lease. */
  readonly identity: string;
  readonly version: string;
  /** Writes log lines. */
  readonly write: (line: string) => void;
  /**
   * Requests per second in the long run, and at once; default 200 and 400: about what an API server
   * on two cores answers.
   */
  readonly limit?: { readonly perSecond: number; readonly burst: number };
  /** Seconds until another process may lead; default 60. */
  readonly leaseSeconds?: number;
  /** Seconds between two passes while a Rollout is at work; default 5. */
  readonly pollSeconds?: number;
}

/** A running operator. */
export interface Operator {
  readonly health: Health;
  readonly metrics: Metrics;
  /** Resolves after the signal aborted, when everything has ended. */
  readonly done: Promise<void>;
}

/** The name of the Lease. */
const OPERATOR_LEASE = 'haos-operator';

/**
 * Starts the operator: it waits for the Lease, leads, and starts again if it loses the Lease. When
 * the signal aborts, it ends its requests and gives the Lease back.
 */
export function startOperator(options: OperatorOptions, signal: AbortSignal): Operator {
  const metrics = createMetrics();
  const health = createHealth();
  return { metrics, health, done: run(options, metrics, health, signal) };
}

async function run(
  options: OperatorOptions,
  metrics: Metrics,
  health: Health,
  signal: AbortSignal,
): Promise<void> {
  const { host, credentials, identity, version, leaseSeconds = 60 } = options;
  const logger = createLogger(options.write, host.clock.now);
  const common = {
    clock: host.clock,
    userAgent: `haos-operator/${version}`,
    onAnswer: (method: string, status: number) => metrics.requests.inc({ method, status: String(status) }),
  };
  const client = await createClient(credentials, {
    ...common,
    limit: options.limit ?? { perSecond: 200, burst: 400 },
  });
  // Renewing a Lease must not wait behind other requests.
  const electing = await createClient(credentials, common);
  logger.info('started', { version, identity });
  const clock: ElectorClock = { ...host.clock, elapsed: () => performance.now() };
  const lease = { namespace: NAMESPACE, name: OPERATOR_LEASE, identity, clock, leaseSeconds };
  const retrySeconds = leaseSeconds / 7.5;
  const onError = (error: unknown) => logger.error('the Lease could not be renewed', error);
  health.onAlive();
  while (!signal.aborted) {
    await lead(electing, { ...lease, retrySeconds, onError }, signal, async (term) => {
      logger.info('leads', { identity });
      metrics.isLeader.set(1);
      const isOwn = ({ metadata }: Pod) => metadata.namespace === NAMESPACE && metadata.name === identity;
      const reporter = { controller: 'haos.io/operator', instance: identity };
      health.onTerm(true);
      await runTerm({ ...options, client, logger, metrics, isOwn, reporter, onAlive: health.onAlive }, term);
      health.onTerm(false);
      metrics.isLeader.set(0);
      logger.info('no longer leads', { identity });
    });
  }
  await Promise.all([client.close(), electing.close()]);
  logger.info('stopped', { identity });
}
