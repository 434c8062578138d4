import { HaosError, isHaosError } from '@haos/host';

/** The error codes of the client of the API. They are stable; docs/errors.md documents them. */
export type ApiErrorCode = 'HAOS_API_CREDENTIALS' | 'HAOS_API_STATUS' | 'HAOS_API_BUSY';

/** The part of Kubernetes' Status that the operator reads. */
export interface ApiStatus {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** Returns the error for an answer that is not a success. */
export function apiError(what: string, code: number, status: ApiStatus): HaosError<ApiErrorCode> {
  const { reason = 'Unknown', message = 'no message', details } = status;
  const cause = details?.causes?.find((one) => one.message !== undefined);
  return new HaosError(
    code === 429 ? 'HAOS_API_BUSY' : 'HAOS_API_STATUS',
    `${what}: the API server answers ${code} ${reason}: ${message}`,
    {
      details: {
        status: code,
        reason,
        message,
        ...(cause?.message !== undefined && { because: cause.message }),
      },
    },
  );
}

/** Returns the HTTP status of an answer of the API server; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  if (!isHaosError(error, 'HAOS_API_STATUS', 'HAOS_API_BUSY')) return undefined;
  return Number(error.details.status);
}

/** Returns whether the API server answered with this status. */
export function isStatus(error: unknown, ...codes: readonly number[]): boolean {
  return codes.includes(statusOf(error) ?? 0);
}

/** Returns whether the API server was not reached, or did not answer. */
export function isUnreachable(error: unknown): boolean {
  return isHaosError(error, 'HAOS_HTTP_FAILED', 'HAOS_HTTP_TIMEOUT');
}
