import { execFileSync } from 'node:child_process';
import { createPrivateKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { BuildFailure } from './failure.js';
import { isTokenUri, type OpenedToken, parseTokenUri, readPin, runWithToken } from './pkcs11.js';

/** A key that firmware trusts. */
export interface SecureBootKey {
  /** Path of a file in PEM, or the URI of a key in a token: `pkcs11:token=NAME;object=NAME`. */
  key: string;
  /** Path of its certificate in PEM. */
  certificate: string;
  /** Path of a file with the PIN of the token; default: `pin-source` of the URI, or it is asked. */
  pinFile?: string;
}

/** Writes a signed copy of a program for EFI, and verifies it; after a failure there is no copy. */
export type SignProgram = (from: string, to: string) => void;

/**
 * Resolves to what signs with a key. It has already signed something, so that a wrong key, a wrong
 * PIN or another certificate does not fail only after the build: it throws a BuildFailure. `ask`
 * asks a person for the PIN; without a terminal there is none.
 */
export async function openSecureBootKey(
  named: SecureBootKey,
  ask?: (message: string) => Promise<string>,
): Promise<SignProgram> {
  const { key, certificate, pinFile } = named;
  if (!isTokenUri(key)) {
    checkSecureBootKey(named);
    return (from, to) => signEfi(from, to, named);
  }
  const { publicKey } = readCertificate(certificate);
  const token = { ...parseTokenUri(key), ...(pinFile !== undefined && { pinFile }) };
  const opened = { token, pin: await readPin(token, ask) };
  checkTokenKey(opened, publicKey);
  return (from, to) => {
    const files = ['--cert', certificate, '--output', to, from];
    runWithToken(opened, 'sbsign', (uri) => ['--engine', 'pkcs11', '--key', uri, ...files]);
    verifyEfi(to, certificate);
  };
}

function readCertificate(path: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(path));
  } catch {
    // The message may quote the file.
    throw certificateFailure(`${path} is not a certificate in PEM`);
  }
}

/** Throws HAOS_PKCS11_CERTIFICATE unless the key in a token makes signatures for a public key. */
function checkTokenKey(opened: OpenedToken, publicKey: KeyObject): void {
  const signature = runWithToken(opened, 'openssl', (uri) => [
    ...['dgst', '-sha256', '-engine', 'pkcs11', '-keyform', 'engine', '-sign', uri, '/dev/null'],
  ]);
  try {
    if (verify('sha256', Buffer.alloc(0), publicKey, signature)) return;
  } catch {
    // The certificate has a key of another kind.
  }
  throw certificateFailure(`the certificate of --boot-cert is not that of ${opened.token.uri}`);
}

function certificateFailure(message: string): BuildFailure {
  return new BuildFailure(message, 1, 'HAOS_PKCS11_CERTIFICATE');
}

/** Throws a BuildFailure unless the certificate is that of the key, both in files. */
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

/** Writes a signed copy of a program for EFI, and verifies it, with a key in a file. */
export function signEfi(from: string, to: string, { key, certificate }: SecureBootKey): void {
  execFileSync('sbsign', ['--key', key, '--cert', certificate, '--output', to, from], { stdio: 'pipe' });
  verifyEfi(to, certificate);
}

function verifyEfi(program: string, certificate: string): void {
  try {
    execFileSync('sbverify', ['--cert', certificate, program], { stdio: 'pipe' });
  } catch (error) {
    rmSync(program, { force: true });
    throw error;
  }
}
