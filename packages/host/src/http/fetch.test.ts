import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../testing/clock.js';
import type { FetchOptions } from '../types.js';
import { fetchDocument } from './fetch.js';
import { createConnector } from './http-connector.js';
import { firstTarget } from './http-target.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface TestServer {
  origin: string;
  port: number;
  /** Method, URL and headers of every request. */
  requests: { method: string | undefined; url: string | undefined; headers: IncomingMessage['headers'] }[];
}

let servers: Server[];
let clock: TestClock;
beforeEach(() => {
  servers = [];
  clock = createTestClock();
});
afterEach(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(handler: Handler): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers });
    handler(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, requests };
}

/** Answers the first requests with these statuses, and everything after with 200 and `done`. */
function failFirst(statuses: number[], headers: Record<string, string> = {}): Handler {
  return (_request, response) => {
    const status = statuses.shift();
    if (status === undefined) response.end('done');
    else response.writeHead(status, headers).end('not yet');
  };
}

const get = (url: string, options?: FetchOptions) => fetchDocument(url, options, clock);
const text = async (url: string, options?: FetchOptions) =>
  Buffer.from((await get(url, options)).body).toString();
const failure = (code: string) => expect.objectContaining({ code });

describe('fetching', () => {
  it('returns status, headers and bytes unchanged', async () => {
    const { origin, requests } = await serve((_request, response) => {
      response.writeHead(200, { 'X-Thing': 'a', 'Set-Cookie': ['b=1', 'c=2'], 'Content-Encoding': 'gzip' });
      response.end(new Uint8Array([0x1f, 0x8b, 0, 255]));
    });

    const result = await get(`${origin}/path?query=1`, { headers: { Accept: 'text/plain' } });

    expect(result).toMatchObject({ status: 200, headers: { 'x-thing': 'a', 'set-cookie': 'b=1, c=2' } });
    expect(result.body).toEqual(new Uint8Array([0x1f, 0x8b, 0, 255]));
    expect(requests).toMatchObject([
      { method: 'GET', url: '/path?query=1', headers: { accept: 'text/plain' } },
    ]);
  });

  it('treats 204 as success, and can PUT', async () => {
    const { origin, requests } = await serve((_request, response) => response.writeHead(204).end());

    expect(await get(origin, { method: 'PUT' })).toMatchObject({ status: 204, body: new Uint8Array() });
    expect(requests).toMatchObject([{ method: 'PUT' }]);
  });

  it.each([201, 206, 304, 400, 401, 404])('fails at once with status %i', async (status) => {
    const { origin, requests } = await serve((_request, response) => response.writeHead(status).end());

    await expect(get(origin)).rejects.toMatchObject({ code: 'HAOS_HTTP_STATUS', details: { status } });
    expect(requests).toHaveLength(1);
  });

  it('checks the checksum', async () => {
    const { origin, requests } = await serve((_request, response) => response.end('abc'));
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

    expect(await text(origin, { sha256 })).toBe('abc');
    expect(await text(origin, { sha256: sha256.toUpperCase() })).toBe('abc');
    await expect(get(origin, { sha256: '0'.repeat(64) })).rejects.toEqual(failure('HAOS_HTTP_CHECKSUM'));
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['announced', { 'content-length': '11' }],
    ['detected while it arrives', {}],
  ])('stops at the limit, %s', async (_how, headers) => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, headers);
      response.write('12345');
      response.end('678901');
    });

    await expect(get(origin, { maxBytes: 10 })).rejects.toEqual(failure('HAOS_HTTP_TOO_LARGE'));
    expect(await text(origin, { maxBytes: 11 })).toBe('12345678901');
  });
});

describe('retrying', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('helps after status %i', async (status) => {
    const { origin, requests } = await serve(failFirst([status]));

    expect(await text(origin)).toBe('done');
    expect(requests).toHaveLength(2);
    expect(clock.sleeps).toEqual([200]);
  });

  it('doubles each pause, and finally throws the last failure', async () => {
    const { origin, requests } = await serve(failFirst(Array.from({ length: 20 }, () => 503)));

    await expect(get(origin)).rejects.toMatchObject({ code: 'HAOS_HTTP_STATUS', details: { status: 503 } });
    expect(requests).toHaveLength(5);
    expect(clock.sleeps).toEqual([200, 400, 800, 1600]);
  });

  it('never waits longer than five seconds', async () => {
    const { origin } = await serve(failFirst(Array.from({ length: 7 }, () => 503)));

    await get(origin, { retries: 7 });

    expect(clock.sleeps).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it.each([
    ['2', 2000],
    ['0', 0],
    ['3600', 5000],
    ['Thu, 01 Jan 2026 00:00:03 GMT', 3000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['nonsense', 200],
  ])('waits as long as the server asks with Retry-After: %s', async (value, pause) => {
    const { origin } = await serve(failFirst([503], { 'retry-after': value }));

    await get(origin);

    expect(clock.sleeps).toEqual([pause]);
  });

  it('helps after a connection that broke', async () => {
    let first = true;
    const { origin } = await serve((request, response) => {
      if (first) request.socket.destroy();
      else response.end('done');
      first = false;
    });

    expect(await text(origin)).toBe('done');
  });

  it('helps after a truncated document', async () => {
    let first = true;
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '4' });
      if (first) response.write('do', () => response.destroy());
      else response.end('done');
      first = false;
    });

    expect(await text(origin)).toBe('done');
  });

  it('does not help if the port is closed', async () => {
    const { origin } = await serve(() => {});
    servers[0]!.close();
    await new Promise((resolve) => servers[0]!.once('close', resolve));

    await expect(get(origin, { retries: 1 })).rejects.toEqual(failure('HAOS_HTTP_FAILED'));
    expect(clock.sleeps).toEqual([200]);
  });

  it('stops after the time limit of each attempt', async () => {
    const { origin, requests } = await serve(() => {});

    await expect(get(origin, { timeout: 1_000, retries: 1 })).rejects.toEqual(failure('HAOS_HTTP_TIMEOUT'));
    expect(requests).toHaveLength(2);
  });

  it('stops if a document arrives too slowly', async () => {
    const { origin } = await serve((_request, response) => response.write('a'));

    await expect(get(origin, { timeout: 50, retries: 0 })).rejects.toEqual(failure('HAOS_HTTP_TIMEOUT'));
  });
});

describe('aborting', () => {
  it('ends an attempt with the reason as the cause', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { origin, requests } = await serve(() => controller.abort(reason));

    await expect(get(origin, { signal: controller.signal })).rejects.toMatchObject({
      code: 'HAOS_HTTP_FAILED',
      cause: reason,
    });
    expect(requests).toHaveLength(1);
  });

  it('ends the pause between attempts', async () => {
    const controller = new AbortController();
    const { origin, requests } = await serve(failFirst([503, 503, 503]));
    const waiting: TestClock = {
      ...clock,
      sleep: async (_milliseconds, signal) => {
        controller.abort(new DOMException('late', 'TimeoutError'));
        signal?.throwIfAborted();
      },
    };

    await expect(fetchDocument(origin, { signal: controller.signal }, waiting)).rejects.toMatchObject({
      code: 'HAOS_HTTP_TIMEOUT',
      message: expect.stringContaining('503'),
    });
    expect(requests).toHaveLength(1);
  });

  it('in advance sends no request', async () => {
    const { origin, requests } = await serve((_request, response) => response.end());

    await expect(get(origin, { signal: AbortSignal.abort() })).rejects.toEqual(failure('HAOS_HTTP_FAILED'));
    expect(requests).toEqual([]);
  });
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('are followed with status %i', async (status) => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/new?x') response.end('moved');
      else response.writeHead(status, { location: 'new?x' }).end('ignored');
    });

    expect(await text(`${origin}/old`)).toBe('moved');
  });

  it('are followed five times', async () => {
    const { origin } = await serve((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });

    expect(await text(`${origin}/5`)).toBe('there');
    await expect(get(`${origin}/6`)).rejects.toEqual(failure('HAOS_HTTP_FAILED'));
  });

  it('send no credentials to another origin', async () => {
    const other = await serve((_request, response) => response.end('other'));
    const { origin } = await serve((_request, response) =>
      response.writeHead(302, { location: other.origin }).end(),
    );

    await get(origin.replace('//', '//user:sentinel@'), {
      headers: { 'X-Token': 'sentinel', Cookie: 'sentinel' },
    });

    expect(JSON.stringify(other.requests)).not.toContain('sentinel');
    expect(other.requests[0]!.headers.authorization).toBeUndefined();
  });
});

describe('a proxy', () => {
  it('is used for plain http without a tunnel', async () => {
    const proxy = await serve((_request, response) => response.end('from the proxy'));

    const options = { proxy: { http: `http://me:mine@127.0.0.1:${proxy.port}` } };

    expect(await text('http://haos.invalid/x?y', options)).toBe('from the proxy');
    expect(proxy.requests).toMatchObject([
      {
        method: 'GET',
        url: 'http://haos.invalid/x?y',
        headers: {
          host: 'haos.invalid',
          'proxy-authorization': `Basic ${Buffer.from('me:mine').toString('base64')}`,
        },
      },
    ]);
  });

  it('is used for https through a tunnel', async () => {
    const proxy = await serve(() => {});
    const tunnels: (string | undefined)[] = [];
    servers[0]!.on('connect', (request, socket) => {
      tunnels.push(request.url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });

    const options = { proxy: { https: `127.0.0.1:${proxy.port}` }, retries: 0 };

    await expect(get('https://haos.invalid/', options)).rejects.toEqual(failure('HAOS_HTTP_FAILED'));
    expect(tunnels).toEqual(['haos.invalid:443']);
  });

  it('is never used for this machine or for excluded hosts', async () => {
    const proxy = await serve((_request, response) => response.end('from the proxy'));
    const { origin, port } = await serve((_request, response) => response.end('direct'));
    const http = `http://127.0.0.1:${proxy.port}`;

    expect(await text(origin, { proxy: { http } })).toBe('direct');
    expect(await text(`http://localhost:${port}`, { proxy: { http } })).toBe('direct');
    const excepted = get('http://haos.invalid/', { proxy: { http, no: 'example.com,invalid' }, retries: 0 });
    await expect(excepted).rejects.toEqual(failure('HAOS_HTTP_FAILED'));
    expect(proxy.requests).toEqual([]);
  });

  it('is never taken from the environment', async () => {
    const proxy = await serve((_request, response) => response.end('from the proxy'));
    process.env.http_proxy = `http://127.0.0.1:${proxy.port}`;
    try {
      await expect(get('http://haos.invalid/', { retries: 0 })).rejects.toEqual(failure('HAOS_HTTP_FAILED'));
      expect(proxy.requests).toEqual([]);
    } finally {
      delete process.env.http_proxy;
    }
  });
});

describe('secrets of a URL', () => {
  /** Returns all text of a failure that a program or person could print. */
  async function shown(promise: Promise<unknown>): Promise<string> {
    const error: unknown = await promise.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    return inspect(error, { depth: 10, showHidden: true });
  }

  it('do not appear in failures', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url!.startsWith('/loop')) response.writeHead(302, { location: '/loop?sentinel' }).end();
      else if (request.url!.startsWith('/away'))
        response.writeHead(302, { location: 'ftp://sentinel@x/' }).end();
      else if (request.url!.startsWith('/broken'))
        response.writeHead(302, { location: 'http://sentinel:99999' }).end();
      else if (request.url!.startsWith('/gone')) response.writeHead(404).end();
      else if (request.url!.startsWith('/cut')) response.destroy();
      else if (request.url!.startsWith('/slow')) response.flushHeaders();
      else response.end('x'.repeat(100));
    });
    const base = origin.replace('//', '//sentinel-user:sentinel-password@');
    const quick: FetchOptions = { retries: 0, timeout: 50, maxBytes: 10 };

    for (const path of ['loop', 'away', 'broken', 'gone', 'cut', 'slow', 'large']) {
      const text = await shown(get(`${base}/${path}?key=sentinel#sentinel`, quick));
      expect(text).not.toContain('sentinel');
      expect(text).toContain(`/${path}`);
    }
    expect(await shown(get('ftp://sentinel@example.com/?sentinel'))).not.toContain('sentinel');
    expect(await shown(get('http://sentinel:99999/'))).not.toContain('sentinel');
    expect(await shown(get('sentinel'))).not.toContain('sentinel');
  });
});

describe('a request', () => {
  it('uses the first free local port of a range', async () => {
    const ports: (number | undefined)[] = [];
    const { origin, port } = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.end('done');
    });
    const last = Math.min(port + 50, 65_535);

    // The server itself uses the first port.
    await get(origin, { localPorts: [port, last] });

    expect(ports[0]).toBeGreaterThan(port);
    expect(ports[0]).toBeLessThanOrEqual(last);
  });

  it('stays on one origin if required', async () => {
    const other = await serve((_request, response) => response.end('other'));
    const { origin } = await serve((request, response) => {
      if (request.url === '/there') response.end('done');
      else response.writeHead(302, { location: request.url === '/a' ? '/there' : other.origin }).end();
    });

    expect(await text(`${origin}/a`, { sameOrigin: true })).toBe('done');
    await expect(get(`${origin}/b`, { sameOrigin: true })).rejects.toEqual(failure('HAOS_HTTP_FAILED'));
    expect(other.requests).toEqual([]);
  });

  it('uses the interface that a link-local address names', async () => {
    const called: unknown[] = [];
    const build = ((options: object) =>
      (target: { hostname: string }, callback: (error: Error, socket: null) => void) => {
        called.push({ ...options, hostname: target.hostname });
        callback(new Error('stand-in'), null);
      }) as unknown as Parameters<typeof createConnector>[0];
    const target = firstTarget('http://[fe80::a9fe:a9fe%25eth0]:8080/a', 'GET', {});
    const connect = createConnector(build, { zone: target.zone, localPorts: undefined, timeout: 5 });

    connect({ hostname: 'fe80::a9fe:a9fe', protocol: 'http:', port: '80' }, () => {});

    expect(target.url.href).toBe('http://[fe80::a9fe:a9fe]:8080/a');
    expect(called).toEqual([{ timeout: 5, hostname: 'fe80::a9fe:a9fe%eth0' }]);
  });
});
