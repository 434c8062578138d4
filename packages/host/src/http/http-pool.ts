import { HaosError } from '../errors.js';
import { httpError } from './http-error.js';

/** Milliseconds. */
const CONNECT_TIMEOUT = 10_000;

export interface HttpPoolOptions {
  /** Certificates of authorities, as PEM. Default: those of Node. */
  ca?: string;
  /** The client's certificate and its key, as PEM. */
  cert?: string;
  key?: string;
  /** The name in the server's certificate, if it is not the host of the origin. */
  serverName?: string;
  /** Default 64. A stream occupies a connection. */
  connections?: number;
}

export interface PoolRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Milliseconds until the headers of the answer arrive. */
  timeout: number;
  /** Milliseconds between two parts of the body. */
  idleTimeout: number;
  /** Aborts the request and its body. */
  signal?: AbortSignal;
}

export interface PoolResponse {
  status: number;
  /** By name in lower case; the first value of each. */
  headers: Readonly<Record<string, string>>;
  /** Ends with the answer; throws HAOS_HTTP_FAILED or HAOS_HTTP_TIMEOUT if it breaks off. */
  body: AsyncIterable<Uint8Array>;
}

/** Connections to one server that stay open, for APIs with many requests and endless answers. */
export interface HttpPool {
  /**
   * Sends a request once, without redirects and retries; every status is an answer. The caller
   * must read the body or abort. Throws HAOS_HTTP_FAILED, HAOS_HTTP_TIMEOUT, or the reason of the
   * signal.
   */
  request(request: PoolRequest): Promise<PoolResponse>;
  /** Breaks off every request and closes the connections. */
  close(): Promise<void>;
}

/** Opens connections to the origin, such as `https://10.43.0.1`, at the first requests. */
export async function openHttpPool(origin: string, options: HttpPoolOptions = {}): Promise<HttpPool> {
  const { Pool } = await import('undici');
  const { ca, cert, key, serverName, connections = 64 } = options;
  const connect = { timeout: CONNECT_TIMEOUT, ca, cert, key, servername: serverName };
  const pool = new Pool(origin, { connections, connect });
  return {
    close: () => pool.destroy(),
    async request({ timeout, idleTimeout, ...request }) {
      const { method, path, headers = {}, body = null, signal = null } = request;
      const fail = (error: unknown) => describe(error, `${origin}${path}`, signal);
      try {
        const limits = { headersTimeout: timeout, bodyTimeout: idleTimeout };
        const sent = pool.request({ method, path, headers: { ...headers }, body, signal, ...limits });
        const response = await sent;
        return {
          status: response.statusCode,
          headers: firstValues(response.headers),
          body: describing(response.body, fail),
        };
      } catch (error) {
        throw fail(error);
      }
    },
  };
}

async function* describing(
  body: AsyncIterable<Uint8Array>,
  fail: (error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw fail(error);
  }
}

function describe(error: unknown, url: string, signal: AbortSignal | null): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof HaosError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (/_TIMEOUT$/.test(code)) return httpError('HAOS_HTTP_TIMEOUT', url, 'no answer', { cause: error });
  return httpError('HAOS_HTTP_FAILED', url, code === '' ? message : `${message} (${code})`, { cause: error });
}

function firstValues(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, (Array.isArray(value) ? value[0] : value) ?? '']),
  );
}
