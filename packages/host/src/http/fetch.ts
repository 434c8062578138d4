import type { Dispatcher } from 'undici';
import type { HaosError } from '../errors.js';
import type { FetchOptions, FetchResult, HostClock } from '../types.js';
import { httpError } from './http-error.js';
import { sendRequest } from './http-request.js';
import { checkSum, DEFAULT_MAX_BYTES, tooLarge } from './http-response.js';
import { firstTarget, type HttpTarget } from './http-target.js';
import { asPassing, describeFailure, PassingFailure, pauseAfter } from './passing-failure.js';

const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_RETRIES = 4;

/** Fetches a document as `Host.fetch` describes; throws HAOS_HTTP_*. Records no operation. */
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

/** Makes one attempt, with one time limit for all of it. */
async function fetchOnce(target: HttpTarget, options: FetchOptions): Promise<FetchResult> {
  const { timeout = DEFAULT_TIMEOUT, maxBytes = DEFAULT_MAX_BYTES, sha256 } = options;
  const timer = AbortSignal.timeout(timeout);
  const signal = options.signal ? AbortSignal.any([timer, options.signal]) : timer;
  try {
    return await sendRequest(target, { ...options, timeout, signal }, async (response, url) => {
      const body = await readBody(url, response, maxBytes);
      await checkSum(url, body, sha256);
      return { status: response.statusCode, headers: joinHeaders(response.headers), body };
    });
  } catch (error) {
    throw describeFailure(error, { url: target.url.href, timeout, timedOut: timer.aborted });
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

/** Returns the error for an abort by the caller. Its message includes the last failure. */
function givenUp(url: string, signal: AbortSignal | undefined, last: HaosError): HaosError {
  const reason: unknown = signal?.reason;
  const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
  const code = isTimeout ? 'HAOS_HTTP_TIMEOUT' : 'HAOS_HTTP_FAILED';
  return httpError(code, url, `aborted; the last failure was: ${last.message}`, { cause: reason });
}
