import { HaosError } from '../errors.js';
import { checkResponse } from '../http/http-response.js';
import type { FetchOptions, FetchResult } from '../types.js';

type Body = string | Uint8Array;
type Answer = Body | { status?: number; headers?: Readonly<Record<string, string>>; body?: Body };

/**
 * The response of a server: a document, a whole response, or a function that returns one or throws.
 */
export type ScriptedResponse = Answer | ((options: FetchOptions) => Answer);

/**
 * Returns a `fetch` that answers from a script, with the checks of a real fetch but without
 * retries.
 */
export function createResponses(script: Readonly<Record<string, ScriptedResponse>> = {}) {
  const unused = new Set(Object.keys(script));

  async function fetch(url: string, options: FetchOptions = {}): Promise<FetchResult> {
    const key = options.method === 'PUT' ? `PUT ${url}` : url;
    if (!Object.hasOwn(script, key))
      throw new HaosError('HAOS_TEST_UNSCRIPTED', `the test did not script this response: ${key}`);
    unused.delete(key);
    options.signal?.throwIfAborted();
    const scripted = script[key]!;
    const result = toResult(typeof scripted === 'function' ? scripted(options) : scripted);
    await checkResponse(url, result, options);
    return result;
  }

  return { fetch, unused: () => [...unused] };
}

function toResult(answer: Answer): FetchResult {
  if (typeof answer === 'string' || answer instanceof Uint8Array) return toResult({ body: answer });
  const { status = 200, headers = {}, body = '' } = answer;
  return { status, headers, body: typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : body };
}
