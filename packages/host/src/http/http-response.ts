import type { FetchOptions, FetchResult } from '../types.js';
import { httpError } from './http-error.js';

export const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;
const SUCCESS = [200, 204];

/** Throws HAOS_HTTP_STATUS unless the status is a success. */
export function checkStatus(url: string, status: number): void {
  if (SUCCESS.includes(status)) return;
  throw httpError('HAOS_HTTP_STATUS', url, `the server answered with status ${status}`, {
    details: { status },
  });
}

/** Returns the error HAOS_HTTP_TOO_LARGE for the caller to throw. */
export function tooLarge(url: string, maxBytes: number) {
  return httpError('HAOS_HTTP_TOO_LARGE', url, `it is larger than ${maxBytes} bytes`, {
    details: { maxBytes },
  });
}

/** Throws HAOS_HTTP_CHECKSUM if a checksum is given and does not match. */
export async function checkSum(url: string, body: Uint8Array, sha256: string | undefined): Promise<void> {
  if (sha256 === undefined) return;
  const { createHash } = await import('node:crypto');
  checkDigest(url, createHash('sha256').update(body).digest('hex'), sha256);
}

/** Throws HAOS_HTTP_CHECKSUM unless the two digests match. */
export function checkDigest(url: string, actual: string, expected: string): void {
  if (actual === expected.toLowerCase()) return;
  throw httpError('HAOS_HTTP_CHECKSUM', url, `its sha256 is ${actual}, not ${expected}`, {
    hint: 'Check the expected checksum and the source of the document.',
    details: { actual, expected },
  });
}

/** Runs all checks on a complete response. */
export async function checkResponse(
  url: string,
  response: FetchResult,
  options: FetchOptions = {},
): Promise<void> {
  checkStatus(url, response.status);
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  if (response.body.length > maxBytes) throw tooLarge(url, maxBytes);
  await checkSum(url, response.body, options.sha256);
}
