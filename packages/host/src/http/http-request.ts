import type { Dispatcher } from 'undici';
import type { FetchOptions, ProxySettings } from '../types.js';
import { createConnector } from './http-connector.js';
import { httpError } from './http-error.js';
import { type HttpTarget, redirectTarget } from './http-target.js';
import { checkAnswer } from './passing-failure.js';
import { proxyFor } from './proxy.js';

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface RequestOptions extends Pick<FetchOptions, 'sameOrigin' | 'localPorts'> {
  /** Milliseconds to connect, to the first byte, and between two bytes. */
  timeout: number;
  /** Milliseconds to connect; default `timeout`. */
  connectTimeout?: number | undefined;
  proxy?: ProxySettings | undefined;
  signal?: AbortSignal | undefined;
  /** Statuses that `use` handles itself. */
  accept?: readonly number[];
}

/**
 * Makes one attempt and follows its redirects. Calls `use` with the final response while the body
 * is still arriving.
 */
export async function sendRequest<T>(
  first: HttpTarget,
  options: RequestOptions,
  use: (response: Dispatcher.ResponseData, url: string) => Promise<T>,
): Promise<T> {
  let target = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await sendOnce(target, options, use);
    if ('value' in answer) return answer.value;
    const next = redirectTarget(target, answer.location, answer.status);
    if (options.sameOrigin && next.url.origin !== first.url.origin)
      throw httpError('HAOS_HTTP_FAILED', first.url.href, 'it redirects to another origin');
    target = next;
  }
  throw httpError('HAOS_HTTP_FAILED', first.url.href, `it redirects more than ${MAX_REDIRECTS} times`);
}

interface Redirect {
  status: number;
  location: string;
}

async function sendOnce<T>(
  target: HttpTarget,
  options: RequestOptions,
  use: (response: Dispatcher.ResponseData, url: string) => Promise<T>,
): Promise<{ value: T } | Redirect> {
  const { request: send } = await import('undici');
  const dispatcher = await openDispatcher(target, options);
  try {
    const { url, method, headers } = target;
    const signal = options.signal ?? null;
    const response = await send(url, { method, headers: { ...headers }, dispatcher, signal });
    const { location, 'retry-after': retryAfter } = response.headers;
    const { statusCode: status } = response;
    if (REDIRECTS.includes(status) && typeof location === 'string') return { status, location };
    if (!options.accept?.includes(status))
      checkAnswer(url.href, status, typeof retryAfter === 'string' ? retryAfter : undefined);
    return { value: await use(response, url.href) };
  } finally {
    // Not `close`: it waits for responses that are no longer read.
    await dispatcher.destroy();
  }
}

/**
 * Returns a dispatcher, direct or for the proxy, for one request only, so that nothing keeps the
 * process alive afterwards.
 */
async function openDispatcher(
  { url, zone }: HttpTarget,
  { proxy = {}, timeout, connectTimeout = timeout, localPorts }: RequestOptions,
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent, buildConnector } = await import('undici');
  const address = proxyFor(url, proxy);
  const limits = { connect: { timeout: connectTimeout }, headersTimeout: timeout, bodyTimeout: timeout };
  if (zone !== undefined || localPorts) {
    const connect = createConnector(buildConnector, { zone, localPorts, timeout: connectTimeout });
    return new Agent({ ...limits, connect });
  }
  if (address === undefined) return new Agent(limits);
  // All settings are explicit, so that the environment of this process has no effect. Plain http is
  // not tunnelled, because proxies commonly allow CONNECT only to port 443.
  return new EnvHttpProxyAgent({
    ...limits,
    httpProxy: address,
    httpsProxy: address,
    noProxy: proxy.no ?? '',
    proxyTunnel: url.protocol === 'https:',
  });
}
