import { HaosError, type HaosErrorOptions, type HostErrorCode } from '../errors.js';
import { redactUrl } from '../redact.js';

export type HttpErrorCode = Extract<HostErrorCode, `HAOS_HTTP_${string}`>;

/** Returns an error of a fetch. It shows only what `redactUrl` keeps of the URL. */
export function httpError(
  code: HttpErrorCode,
  url: string,
  problem: string,
  options: HaosErrorOptions = {},
): HaosError {
  const shown = redactUrl(url);
  return new HaosError(code, `cannot fetch ${shown}: ${problem}`, {
    ...options,
    details: { url: shown, ...options.details },
  });
}
