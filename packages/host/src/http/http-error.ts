import { HaosError, type HaosErrorOptions, type HostErrorCode } from '../errors.js';
import { redactUrl } from '../redact.js';

export type HttpErrorCode = Extract<HostErrorCode, `HAOS_HTTP_${string}`>;

/** An error of a fetch; of the URL it shows only what `redactUrl` leaves. */
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
