import type { Dispatcher } from 'undici';
import { type HaosError, isHaosError } from '../errors.js';
import { createConnector } from './http-connector.js';
import { type HttpErrorCode, httpError } from './http-error.js';
import { checkStatus, checkSum, DEFAULT_MAX_BYTES, tooLarge } from './http-response.js';
import { firstTarget, type HttpTarget, redirectTarget } from './http-target.js';
import { proxyFor } from './proxy.js';
import type { FetchOptions, FetchResult, HostClock } from './types.js';

const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_RETRIES = 4;
const MAX_REDIRECTS = 5;
/** Milliseconds: the first pause, doubled each time, and the longest one. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;
const REDIRECTS = [301, 302, 303, 307, 308];
const MAY_PASS = [408, 425, 429];

/** Fetches a document as `Host.fetch` says; throws HAOS_HTTP_*. Records nothing. */
export async function fetchDocument(
  url: string,
  options: FetchOptions = {},
  clock: HostClock,
): Promise<FetchResult> {
  const target = firstTarget(url, options.method ?? 'GET', options.headers ?? {});
  const { retries = DEFAULT_RETRIES, signal } = options;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await fetchOnce(target, options).catch(asPassing);
    if (!(outcome instanceof PassingFailure)) return outcome;
    if (signal?.aborted) throw givenUp(url, signal, outcome.error);
    if (attempt >= retries) throw outcome.error;
    await clock.sleep(pauseAfter(outcome, attempt, clock.now()), signal).catch(() => {
      throw givenUp(url, signal, outcome.error);
    });
  }
}

/** A failure that another attempt may not meet; never leaves this file. */
class PassingFailure extends Error {
  constructor(
    readonly error: HaosError,
    readonly retryAfter?: string,
  ) {
    super();
  }
}

function asPassing(thrown: unknown): PassingFailure {
  if (thrown instanceof PassingFailure) return thrown;
  throw thrown;
}

/** Milliseconds: what the server asks for, else doubled each time. */
function pauseAfter({ retryAfter }: PassingFailure, attempt: number, now: number): number {
  const pause = retryAfter === undefined ? FIRST_PAUSE * 2 ** attempt : parseRetryAfter(retryAfter, now);
  return Math.min(Math.max(pause, 0), LONGEST_PAUSE);
}

/** Retry-After holds seconds or a date: RFC 9110, 10.2.3. */
function parseRetryAfter(value: string, now: number): number {
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(milliseconds) ? FIRST_PAUSE : milliseconds;
}

/** One attempt, all its redirects included. */
async function fetchOnce(first: HttpTarget, options: FetchOptions): Promise<FetchResult> {
  const { timeout = DEFAULT_TIMEOUT } = options;
  const timer = AbortSignal.timeout(timeout);
  const signal = options.signal ? AbortSignal.any([timer, options.signal]) : timer;
  let target = first;
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const answer = await request(target, options, signal);
      if (!('location' in answer)) return answer;
      const next = redirectTarget(target, answer.location, answer.status);
      if (options.sameOrigin && next.url.origin !== first.url.origin)
        throw httpError('HAOS_HTTP_FAILED', first.url.href, 'it redirects to another origin');
      target = next;
    }
  } catch (error) {
    if (isHaosError(error) || error instanceof PassingFailure) throw error;
    const { code, problem } = describe(error, timer.aborted, timeout);
    throw new PassingFailure(httpError(code, target.url.href, problem, { cause: error }));
  }
  throw httpError('HAOS_HTTP_FAILED', first.url.href, `it redirects more than ${MAX_REDIRECTS} times`);
}

interface Redirect {
  status: number;
  location: string;
}

async function request(
  target: HttpTarget,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<FetchResult | Redirect> {
  const { request: send } = await import('undici');
  const dispatcher = await openDispatcher(target, options);
  try {
    const { url, method, headers } = target;
    const response = await send(url, { method, headers: { ...headers }, dispatcher, signal });
    const { location, 'retry-after': retryAfter } = response.headers;
    if (REDIRECTS.includes(response.statusCode) && typeof location === 'string') {
      return { status: response.statusCode, location };
    }
    checkAnswer(url.href, response.statusCode, typeof retryAfter === 'string' ? retryAfter : undefined);
    const body = await readBody(url.href, response, options.maxBytes ?? DEFAULT_MAX_BYTES);
    await checkSum(url.href, body, options.sha256);
    return { status: response.statusCode, headers: joinHeaders(response.headers), body };
  } finally {
    // Not `close`, which waits for answers that nobody reads any more.
    await dispatcher.destroy();
  }
}

/** Direct connections or the proxy's, for one request, so that nothing keeps the process alive afterwards. */
async function openDispatcher({ url, zone }: HttpTarget, options: FetchOptions): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent, buildConnector } = await import('undici');
  const { proxy = {}, timeout = DEFAULT_TIMEOUT, localPorts } = options;
  const address = proxyFor(url, proxy);
  const limits = { connect: { timeout }, headersTimeout: timeout, bodyTimeout: timeout };
  if (zone !== undefined || localPorts) {
    const connect = createConnector(buildConnector, { zone, localPorts, timeout });
    return new Agent({ ...limits, connect });
  }
  if (address === undefined) return new Agent(limits);
  // Given whole, so that nothing is taken from this process's environment; plain http is not tunnelled, because
  // proxies commonly allow CONNECT to port 443 only.
  return new EnvHttpProxyAgent({
    ...limits,
    httpProxy: address,
    httpsProxy: address,
    noProxy: proxy.no ?? '',
    proxyTunnel: url.protocol === 'https:',
  });
}

function checkAnswer(url: string, status: number, retryAfter: string | undefined): void {
  try {
    checkStatus(url, status);
  } catch (error) {
    if (isHaosError(error) && (status >= 500 || MAY_PASS.includes(status)))
      throw new PassingFailure(error, retryAfter);
    throw error;
  }
}

async function readBody(
  url: string,
  response: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<Uint8Array> {
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(url, maxBytes);
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, total));
}

function joinHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function describe(
  error: unknown,
  timedOut: boolean,
  timeout: number,
): { code: HttpErrorCode; problem: string } {
  const { code, message } = error as NodeJS.ErrnoException;
  if (timedOut || /_TIMEOUT$/.test(code ?? '')) {
    return { code: 'HAOS_HTTP_TIMEOUT', problem: `no answer within ${timeout} ms` };
  }
  return { code: 'HAOS_HTTP_FAILED', problem: code === undefined ? message : `${message} (${code})` };
}

/** The caller gave up; what had failed until then is worth knowing. */
function givenUp(url: string, signal: AbortSignal | undefined, last: HaosError): HaosError {
  const reason: unknown = signal?.reason;
  const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
  const code = isTimeout ? 'HAOS_HTTP_TIMEOUT' : 'HAOS_HTTP_FAILED';
  return httpError(code, url, `it was given up; the last failure: ${last.message}`, { cause: reason });
}
