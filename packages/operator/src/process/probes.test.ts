import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { liveHost } from '@haos/host';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { API_VERSION } from '../objects/names.js';
import type { Gate, Rollout } from '../objects/rollout.js';
import { createProbes } from './probes.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Starts a server and returns its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Returns the answers of a gate's probes, by their URL. */
async function ask(gate: Gate) {
  const rollout: Rollout = {
    apiVersion: API_VERSION,
    kind: 'Rollout',
    metadata: { name: 'go' },
    spec: { target: { config: 'a' }, gate },
    status: { phase: 'Baking' },
  };
  const { signal } = new AbortController();
  const onResult = vi.fn();
  const probes = createProbes(liveHost(), onResult);
  expect([...probes.read([rollout], signal)]).toEqual([]); // waits for nothing
  await vi.waitFor(() => expect(onResult).toHaveBeenCalled(), { timeout: 30_000 });
  return [...probes.read([rollout], signal).values()];
}

const vector = (...values: string[]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
  });

describe('probes', () => {
  it.each([
    [204, { ok: true, message: '204' }],
    [503, { ok: false, message: '503' }],
  ])('know the status %i', async (status, expected) => {
    const url = await serve((_, response) => response.writeHead(status).end());

    expect(await ask({ httpProbes: [{ url }] })).toEqual([{ ...expected, at: expect.any(String) }]);
  });

  it('give up on a server that does not answer', async () => {
    const url = await serve(() => {});

    const [answer] = await ask({ httpProbes: [{ url, timeoutSeconds: 1 }] });
    expect(answer).toMatchObject({ ok: false });
  });

  it('show nothing of a URL but where it is, and nothing of an answer', async () => {
    const url = await serve((_, response) => response.writeHead(500).end('sentinel-body'));

    const answers = await ask({ httpProbes: [{ url: `${url}/health?token=sentinel` }] });
    expect(JSON.stringify(answers)).not.toContain('sentinel');
  });

  it.each([
    ['a vector', vector('1.5', '+Inf'), { ok: true, values: [1.5, Number.POSITIVE_INFINITY] }],
    ['a vector without samples', vector(), { ok: true, values: [] }],
    ['a scalar', '{"data":{"resultType":"scalar","result":[1,"2"]}}', { ok: true, values: [2] }],
    ['a range', '{"data":{"resultType":"matrix","result":[]}}', { ok: false }],
    ['something else', 'sentinel', { ok: false }],
  ])('read %s', async (_, body, expected) => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.end(body);
    });

    const [answer] = await ask({ promQueries: [{ url: `${url}/`, query: 'up{a="b"} + 1', max: 1 }] });

    expect(answer).toMatchObject(expected);
    expect(JSON.stringify(answer)).not.toContain('sentinel');
    expect(asked).toEqual(['/api/v1/query?query=up%7Ba%3D%22b%22%7D%20%2B%201']);
  });
});
