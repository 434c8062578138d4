import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the operator counts, for Prometheus. */
export interface Metrics {
  readonly requests: Counter<'method' | 'status'>;
  readonly patches: Counter<'kind' | 'result'>;
  readonly passes: Histogram<'result'>;
  readonly watchErrors: Counter<'resource'>;
  readonly objects: Gauge<'kind'>;
  readonly isLeader: Gauge;
  /** Returns all as OpenMetrics text, and its content type. */
  read(): Promise<{ readonly type: string; readonly body: string }>;
}

/** Seconds. */
const PASS_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60];

/** Returns new metrics; each call counts for itself. */
export function createMetrics(): Metrics {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry as unknown as Registry];
  const name = (suffix: string) => `haos_operator_${suffix}`;
  const counter = <Label extends string>(suffix: string, help: string, labelNames: Label[]) =>
    new Counter({ name: name(suffix), help, labelNames, registers });
  return {
    requests: counter('api_requests', 'Requests to the API server, by method and status.', [
      'method',
      'status',
    ]),
    patches: counter('patches', 'What the operator did, by kind and result.', ['kind', 'result']),
    watchErrors: counter('watch_errors', 'Watches that failed and were repeated, by resource.', ['resource']),
    passes: new Histogram({
      name: name('pass_seconds'),
      help: 'The time to decide and to perform all patches, in seconds.',
      labelNames: ['result'],
      buckets: PASS_BUCKETS,
      registers,
    }),
    objects: new Gauge({
      name: name('objects'),
      help: 'Objects that the operator follows, by kind.',
      labelNames: ['kind'],
      registers,
    }),
    isLeader: new Gauge({ name: name('leader'), help: '1 while this process leads.', registers }),
    read: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}
