import { HaosError } from '@haos/host';
import { isSignedBy, utf8 } from '@haos/host/internal';

export interface SignedChecksums {
  /** The checksum file in the format of sha256sum(1), exactly as it was signed. */
  checksums: Uint8Array;
  /** Its Ed25519 signature (RFC 8032) over the whole file, 64 bytes. */
  signature: Uint8Array;
  /** Public keys in PEM (SPKI, RFC 8410); any of them may have signed. Other keys are ignored. */
  keys: readonly string[];
}

/**
 * Verifies the signature and returns the digests of a release by file name, in lower-case hex.
 * Throws HAOS_RELEASE_SIGNATURE if none of the keys signed exactly these bytes.
 */
export async function verifyChecksums({
  checksums,
  signature,
  keys,
}: SignedChecksums): Promise<Map<string, string>> {
  for (const key of keys) {
    if (await isSignedBy(key, checksums, signature)) return parseChecksums(utf8(checksums));
  }
  const [problem, hint] =
    keys.length === 0
      ? [
          'this image has no key to verify it with',
          'Give the sha256, or use an image that was built with keys.',
        ]
      : [
          'no known key made it',
          'Download it again. If the signature is still not valid, do not use this release.',
        ];
  throw new HaosError('HAOS_RELEASE_SIGNATURE', `the signature of the checksums is not valid: ${problem}`, {
    hint,
  });
}

/** Parses the output of sha256sum(1); returns digests by path. */
export function parseChecksums(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/gm)].map(([, digest = '', path = '']) => [
      path,
      digest,
    ]),
  );
}
