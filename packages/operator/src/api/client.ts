import type { HostClock } from '@haos/host';
import { type HttpPool, openHttpPool, type PoolResponse } from '@haos/host/internal';
import { type ApiStatus, apiError } from './api-error.js';
import { createBackoff } from './backoff.js';
import type { Credentials } from './credentials.js';
import { createRateLimiter, type RateLimit, type RateLimiter } from './rate-limiter.js';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Milliseconds until the answer; default 30,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
  /** How often to repeat the request if the API server is busy (429); default 5. */
  readonly retries?: number;
}

export interface StreamRequest extends Pick<ApiRequest, 'path' | 'query' | 'timeout'> {
  /** Milliseconds without a line until the stream counts as dead. */
  readonly idleTimeout: number;
  readonly signal: AbortSignal;
}

export interface ClientOptions {
  /** Default: no limit. Streams do not count. */
  readonly limit?: RateLimit;
  readonly clock: HostClock;
  /** Names the program to the API server, for its audit log. */
  readonly userAgent: string;
  /** Called after each request. */
  readonly onAnswer?: (method: string, status: number) => void;
}

/** A connection to the API server. */
export interface ApiClient {
  readonly clock: HostClock;
  /**
   * Sends a request and returns the object of the answer. Throws HAOS_API_STATUS for any answer
   * that is not a success, HAOS_API_BUSY for 429, HAOS_HTTP_FAILED or HAOS_HTTP_TIMEOUT.
   */
  call<T>(request: ApiRequest): Promise<T>;
  /** Yields the JSON value of each line of an answer until it ends. Throws as `call` does. */
  stream<T>(request: StreamRequest): AsyncIterable<T>;
  /** Breaks off every request and closes the connections. */
  close(): Promise<void>;
}

/** Milliseconds. */
const TIMEOUT = 30_000;
const LONGEST_PAUSE = 10_000;
/** Largest answer, in characters: a page of 500 objects of 100 KiB. */
const MAX_ANSWER = 64 * 1024 * 1024;

/** Connects to the API server at the first request. */
export async function createClient(credentials: Credentials, options: ClientOptions): Promise<ApiClient> {
  const { server, token, ...tls } = credentials;
  const { origin, pathname } = new URL(server);
  const connection: Connection = {
    pool: await openHttpPool(origin, tls),
    prefix: pathname.replace(/\/$/, ''),
    token,
    wait: options.limit && createRateLimiter(options.limit, options.clock),
    options,
  };
  return {
    clock: options.clock,
    call: (request) => call(connection, request),
    stream: (request) => stream(connection, request),
    close: () => connection.pool.close(),
  };
}

interface Connection {
  readonly pool: HttpPool;
  readonly prefix: string;
  readonly token: Credentials['token'];
  readonly wait: RateLimiter | undefined;
  readonly options: ClientOptions;
}

async function call<T>(connection: Connection, request: ApiRequest): Promise<T> {
  const { retries = 5, signal } = request;
  const backoff = createBackoff({ first: 1000, longest: LONGEST_PAUSE });
  for (let attempt = 0; ; attempt += 1) {
    await connection.wait?.(signal);
    const { status, headers, text } = await callOnce(connection, request);
    if (status >= 200 && status < 300) return JSON.parse(text) as T;
    if (status !== 429 || attempt >= retries)
      throw apiError(`${request.method} ${request.path}`, status, parseStatus(text));
    // The server says when the next attempt makes sense; the jitter spreads the clients.
    const asked = Number(headers['retry-after'] ?? 0) * 1000 || 0;
    await connection.options.clock.sleep(Math.min(asked, LONGEST_PAUSE) + backoff.next(), signal);
  }
}

async function callOnce(connection: Connection, request: ApiRequest) {
  const { timeout = TIMEOUT, method, body } = request;
  const contentType = request.contentType ?? 'application/json';
  const response = await connection.pool.request({
    method,
    path: targetOf(connection, request),
    headers: {
      ...(await commonHeaders(connection)),
      ...(body !== undefined && { 'content-type': contentType }),
    },
    timeout,
    idleTimeout: timeout,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(request.signal && { signal: request.signal }),
  });
  const text = await readText(response);
  connection.options.onAnswer?.(method, response.status);
  return { status: response.status, headers: response.headers, text };
}

async function* stream<T>(connection: Connection, request: StreamRequest): AsyncIterable<T> {
  const { timeout = TIMEOUT, idleTimeout, signal } = request;
  const response = await connection.pool.request({
    method: 'GET',
    path: targetOf(connection, request),
    headers: await commonHeaders(connection),
    timeout,
    idleTimeout,
    signal,
  });
  connection.options.onAnswer?.('WATCH', response.status);
  if (response.status !== 200)
    throw apiError(`watch ${request.path}`, response.status, parseStatus(await readText(response)));
  for await (const line of linesOf(response.body)) yield JSON.parse(line) as T;
}

/** Yields whole lines; what follows the last line break is a line that broke off. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of body) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const next of rest) {
      const line = parts.join('');
      if (line !== '') yield line;
      parts = [next];
    }
  }
}

async function readText({ body }: PoolResponse): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_ANSWER) throw new RangeError('the answer of the API server is too large');
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join('');
}

function targetOf({ prefix }: Connection, { path, query = {} }: Pick<ApiRequest, 'path' | 'query'>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const pairs = given.map(([name, value]): [string, string] => [name, String(value)]);
  const text = new URLSearchParams(pairs).toString();
  return `${prefix}${path}${text === '' ? '' : `?${text}`}`;
}

async function commonHeaders({ token, options }: Connection): Promise<Record<string, string>> {
  const headers = { accept: 'application/json', 'user-agent': options.userAgent };
  return token === undefined ? headers : { ...headers, authorization: `Bearer ${await token()}` };
}

function parseStatus(text: string): ApiStatus {
  try {
    const status = JSON.parse(text) as ApiStatus | null;
    if (status?.kind === 'Status') return status;
  } catch {
    // Not every answer is JSON, such as that of a proxy.
  }
  return { message: text.slice(0, 200) };
}
