import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpPool, openHttpPool, type PoolResponse } from './http-pool.js';

const LIMITS = { timeout: 30_000, idleTimeout: 30_000 };

let server: Server | undefined;
let pool: HttpPool | undefined;
afterEach(async () => {
  await pool?.close();
  server?.close();
  server?.closeAllConnections();
});

async function open(listener: RequestListener): Promise<HttpPool> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  pool = await openHttpPool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return pool;
}

async function textOf({ body }: PoolResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('a pool', () => {
  it('sends method, path, headers and body, and returns every status', async () => {
    const { request } = await open(async (incoming, response) => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      response.writeHead(409, { 'X-Reply': 'a' });
      response.end(
        `${incoming.method} ${incoming.url} ${incoming.headers['x-a']} ${Buffer.concat(parts).toString()}`,
      );
    });

    const response = await request({
      ...LIMITS,
      method: 'PATCH',
      path: '/a?b=c',
      headers: { 'x-a': '1' },
      body: 'text',
    });

    expect(response).toMatchObject({ status: 409, headers: { 'x-reply': 'a' } });
    expect(await textOf(response)).toBe('PATCH /a?b=c 1 text');
  });

  it('uses connections again', async () => {
    const ports = new Set<number | undefined>();
    const { request } = await open((incoming, response) => {
      ports.add(incoming.socket.remotePort);
      response.end('done');
    });

    for (let count = 0; count < 10; count += 1)
      await textOf(await request({ ...LIMITS, method: 'GET', path: '/' }));

    expect(ports.size).toBeLessThan(5);
  });

  it('says that an answer broke off, or that none came', async () => {
    const { request } = await open((incoming, response) => {
      if (incoming.url === '/silent') return;
      response.write('part', () => response.destroy());
    });
    const broken = await request({ ...LIMITS, method: 'GET', path: '/broken' });

    await expect(textOf(broken)).rejects.toMatchObject({ code: 'HAOS_HTTP_FAILED' });
    await expect(request({ ...LIMITS, method: 'GET', path: '/silent', timeout: 100 })).rejects.toMatchObject({
      code: 'HAOS_HTTP_TIMEOUT',
    });
  });

  it('throws the reason of the signal', async () => {
    const { request } = await open((_incoming, response) => void response.write('part'));
    const control = new AbortController();
    const response = await request({ ...LIMITS, method: 'GET', path: '/', signal: control.signal });
    const reading = textOf(response);
    control.abort(new Error('stop'));

    await expect(reading).rejects.toThrow('stop');
  });
});
