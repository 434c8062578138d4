import type { Host } from '@haos/system';
import { refusal, usageError } from '../failure.js';

/** Refuses a file that has not the SHA-256 digest that was named; nothing named, nothing checked. */
export async function checkDigest(
  host: Host,
  path: string,
  { sha256, signal }: { sha256: string | undefined; signal: AbortSignal },
): Promise<void> {
  if (sha256 === undefined) return;
  if (!/^[0-9a-f]{64}$/i.test(sha256)) throw usageError('a SHA-256 digest has 64 hexadecimal digits');
  if ((await host.files.digest(path, { signal })) === sha256.toLowerCase()) return;
  throw refusal(`${path} does not have the digest that --sha256 names`, 'download it again');
}
