import type { CertificateName } from '@haos/system/internal';

/** Formats certificates for people, one per line. */
export function formatKeys(keys: readonly CertificateName[]): string[] {
  return keys.length === 0 ? ['none'] : keys.map(({ name, sha256 }) => `${name} (SHA-256 ${sha256})`);
}
