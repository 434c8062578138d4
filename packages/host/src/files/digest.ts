import { HaosError } from '../errors.js';

/**
 * Returns the SHA-256 digest of bytes in memory as lower-case hex. It comes from the Web
 * Cryptography API, which Node and browsers share. Browsers offer it to pages from https and
 * localhost only; throws HAOS_NEEDS_NODE in others.
 */
export async function sha256(content: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (subtle === undefined)
    throw new HaosError('HAOS_NEEDS_NODE', 'this page has no SHA-256, because it was not loaded securely', {
      hint: 'Serve the page with https or from localhost, or use Node.',
    });
  const digest = await subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
