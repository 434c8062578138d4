import { expect, it } from 'vitest';
import { createHealth } from './health.js';
import { createLogger } from './logger.js';
import { createMetrics } from './metrics.js';

it('metrics are OpenMetrics text, and each operator counts for itself', async () => {
  const metrics = createMetrics();
  metrics.requests.inc({ method: 'GET', status: '200' });
  createMetrics().requests.inc({ method: 'GET', status: '200' }, 5);

  const { type, body } = await metrics.read();

  expect(type).toContain('application/openmetrics-text');
  expect(body).toContain('haos_operator_api_requests_total{method="GET",status="200"} 1\n');
  expect(body.endsWith('# EOF\n')).toBe(true);
});

it('a leader that does nothing for ten minutes is stuck; one that waits is not', () => {
  let now = 0;
  const health = createHealth(() => now);
  expect(health.isReady()).toBe(false);
  health.onAlive();
  expect(health.isReady()).toBe(true);
  now = 3_600_000;
  expect(health.isAlive()).toBe(true);
  health.onTerm(true);
  expect(health.isReady()).toBe(false);
  health.onAlive();
  expect([health.isReady(), health.isAlive()]).toEqual([true, true]);
  now += 600_000;
  expect(health.isAlive()).toBe(false);
});

it('a log line is JSON with the code of an error', () => {
  const lines: string[] = [];
  const logger = createLogger(
    (line) => lines.push(line),
    () => 0,
  );
  logger.error('it failed', Object.assign(new Error('no\nway'), { code: 'HAOS_X' }), { node: 'a' });

  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      ...{ time: '1970-01-01T00:00:00.000Z', level: 'error', message: 'it failed' },
      ...{ node: 'a', error: 'no\nway', code: 'HAOS_X' },
    },
  ]);
  expect(lines[0]?.indexOf('\n')).toBe(lines[0]!.length - 1);
});
