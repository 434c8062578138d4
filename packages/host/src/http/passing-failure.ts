import { type HaosError, isHaosError } from '../errors.js';
import { type HttpErrorCode, httpError } from './http-error.js';
import { checkStatus } from './http-response.js';

/** Milliseconds: the first pause, doubled each time, and the longest one. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;
const MAY_PASS = [408, 425, 429];

/** A failure that another attempt may not meet; never leaves what makes the attempts. */
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

/** What broke on the way, as a failure that may pass; what is judged already stays as it is. */
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

/** Milliseconds: what the server asks for, else doubled each time. */
export function pauseAfter({ retryAfter }: PassingFailure, attempt: number, now: number): number {
  const pause = retryAfter === undefined ? FIRST_PAUSE * 2 ** attempt : parseRetryAfter(retryAfter, now);
  return Math.min(Math.max(pause, 0), LONGEST_PAUSE);
}

/** Retry-After holds seconds or a date: RFC 9110, 10.2.3. */
function parseRetryAfter(value: string, now: number): number {
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(milliseconds) ? FIRST_PAUSE : milliseconds;
}

/** Throws unless the status means that the document came: a PassingFailure, or HAOS_HTTP_STATUS for good. */
export function checkAnswer(url: string, status: number, retryAfter: string | undefined): void {
  try {
    checkStatus(url, status);
  } catch (error) {
    if (isHaosError(error) && (status >= 500 || MAY_PASS.includes(status)))
      throw new PassingFailure(error, retryAfter);
    throw error;
  }
}
