import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BuildFailure } from './failure.js';

/** The files, in PEM, of a key that firmware trusts. */
export interface SecureBootKey {
  key: string;
  certificate: string;
}

/** Throws a BuildFailure unless the certificate is that of the key. */
export function checkSecureBootKey({ key, certificate }: SecureBootKey): void {
  let fits: boolean;
  try {
    fits = new X509Certificate(readFileSync(certificate)).checkPrivateKey(
      createPrivateKey(readFileSync(key)),
    );
  } catch {
    // The message may quote a file.
    throw new BuildFailure(
      `${key} and ${certificate} must be a private key and a certificate in PEM, without a passphrase`,
    );
  }
  if (!fits) throw new BuildFailure(`${certificate} is not the certificate of ${key}`);
}

/** Writes a signed copy of a program for EFI, and verifies it. */
export function signEfi(from: string, to: string, { key, certificate }: SecureBootKey): void {
  execFileSync('sbsign', ['--key', key, '--cert', certificate, '--output', to, from], { stdio: 'pipe' });
  execFileSync('sbverify', ['--cert', certificate, to], { stdio: 'pipe' });
}
