import { HaosError } from '@haos/host';

export interface SignedChecksums {
  /** The checksum file, in the format of sha256sum(1): the bytes that were signed. */
  checksums: Uint8Array;
  /** Its signature: Ed25519 (RFC 8032) over the whole file, 64 bytes. */
  signature: Uint8Array;
  /** Public keys in PEM (SPKI, RFC 8410); any of them may have signed. What is no such key is not considered. */
  keys: readonly string[];
}

/**
 * The digests of a release, by file name, in lower-case hex, once its signature is verified. Throws HAOS_RELEASE_SIGNATURE when none
 * of the keys signed exactly these bytes.
 */
export async function verifyChecksums({
  checksums,
  signature,
  keys,
}: SignedChecksums): Promise<Map<string, string>> {
  const { createPublicKey, verify } = await import('node:crypto');
  const isSignedBy = (pem: string) => {
    try {
      const key = createPublicKey(pem);
      return key.asymmetricKeyType === 'ed25519' && verify(null, checksums, key, signature);
    } catch {
      return false;
    }
  };
  if (keys.some(isSignedBy)) return parseChecksums(Buffer.from(checksums).toString('utf8'));
  const [problem, hint] =
    keys.length === 0
      ? [
          'this image has no key to verify it with',
          'Name the sha256, or take an image that was built with keys.',
        ]
      : [
          'none of the known keys made it',
          'Download it again; if it stays like this, do not use this release.',
        ];
  throw new HaosError('HAOS_RELEASE_SIGNATURE', `the signature of the checksums is not valid: ${problem}`, {
    hint,
  });
}

/** Digests by path from the output of sha256sum(1). */
export function parseChecksums(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/gm)].map(([, digest = '', path = '']) => [
      path,
      digest,
    ]),
  );
}
