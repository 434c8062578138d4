import { type HaosError, isHaosError } from '../errors.js';
import { type HttpErrorCode, httpError } from './http-error.js';
import { checkStatus } from './http-response.js';

/** Milliseconds: the first pause, doubled each time, and the longest one. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;
const MAY_PASS = [408, 425, 429];

/** A transient failure: a retry may succeed. Never thrown to callers of a fetch or download. */
export class PassingFailure extends Error {
  constructor(
    readonly error: HaosError,
    readonly retryAfter?: string,
  ) {
    super();
  }
}

export function asPassing(thrown: unknown): PassingFailure {
  if (thrown instanceof PassingFailure) return thrown;
  throw thrown;
}

/**
 * Converts an error of the connection to a transient failure; returns errors that are already
 * classified unchanged.
 */
export function describeFailure(
  error: unknown,
  { url, timeout, timedOut }: { url: string; timeout: number; timedOut: boolean },
): unknown {
  if (isHaosError(error) || error instanceof PassingFailure) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const isTimeout = timedOut || /_TIMEOUT$/.test(code ?? '');
  const kind: HttpErrorCode = isTimeout ? 'HAOS_HTTP_TIMEOUT' : 'HAOS_HTTP_FAILED';
  const failure = code === undefined ? message : `${message} (${code})`;
  const problem = isTimeout ? `no answer within ${timeout} ms` : failure;
  return new PassingFailure(httpError(kind, url, problem, { cause: error }));
}

/** Returns the pause in milliseconds: what the server asks for, else doubled for each attempt. */
export function pauseAfter({ retryAfter }: PassingFailure, attempt: number, now: number): number {
  const pause = retryAfter === undefined ? FIRST_PAUSE * 2 ** attempt : parseRetryAfter(retryAfter, now);
  return Math.min(Math.max(pause, 0), LONGEST_PAUSE);
}

/** Parses Retry-After, which is seconds or a date: RFC 9110, 10.2.3. */
function parseRetryAfter(value: string, now: number): number {
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(milliseconds) ? FIRST_PAUSE : milliseconds;
}

/**
 * Throws unless the status is a success: a PassingFailure if a retry may help, else
 * HAOS_HTTP_STATUS.
 */
export function checkAnswer(url: string, status: number, retryAfter: string | undefined): void {
  try {
    checkStatus(url, status);
  } catch (error) {
    if (isHaosError(error) && (status >= 500 || MAY_PASS.includes(status)))
      throw new PassingFailure(error, retryAfter);
    throw error;
  }
}
