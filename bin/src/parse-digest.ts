import { usageError } from './failure.js';

/** Returns the SHA-256 digest of an option in lower-case hex; undefined if it was not given. */
export function parseDigest(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[0-9a-f]{64}$/i.test(text))
    throw usageError('a SHA-256 digest has 64 hexadecimal digits');
  return text?.toLowerCase();
}
