import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createHealth, createMetrics } from '@haos/operator/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveHealth } from './serve-health.js';

let now: number;
let health: ReturnType<typeof createHealth>;
let metrics: ReturnType<typeof createMetrics>;
let server: Awaited<ReturnType<typeof serveHealth>>;

beforeEach(async () => {
  now = 0;
  health = createHealth(() => now);
  metrics = createMetrics();
  server = await serveHealth({ health, metrics, done: new Promise(() => {}) }, 0);
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function get(path: string): Promise<[number, string]> {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return [answer.status, await answer.text()];
}

describe('the endpoints of the operator', () => {
  it('say that it is ready while it waits, or leads and knows all objects', async () => {
    expect(await get('/readyz')).toEqual([503, 'not yet\n']);
    health.onAlive();
    expect(await get('/readyz')).toEqual([200, 'ok\n']);
    health.onTerm(true);
    expect(await get('/readyz')).toEqual([503, 'not yet\n']);
    health.onAlive();
    expect(await get('/readyz')).toEqual([200, 'ok\n']);
  });

  it('say that a leader without a pass for ten minutes is stuck, and one that waits is not', async () => {
    health.onTerm(true);
    now += 599_000;
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
    now += 1_000;
    expect(await get('/healthz')).toEqual([503, 'not yet\n']);
    health.onTerm(false);
    now += 600_000;
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
  });

  it('have metrics, and nothing else', async () => {
    metrics.isLeader.set(1);

    const [status, text] = await get('/metrics');

    expect([status, text]).toEqual([200, expect.stringContaining('\nhaos_operator_leader 1\n')]);
    expect(await get('/')).toEqual([404, 'not found\n']);
  });
});
