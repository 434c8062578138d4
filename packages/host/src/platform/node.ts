/*
 * What plans and checks need of Node, and browsers do not have in the same form. `browser.ts` has
 * the same names. Node's modules are loaded at first use: most starts need none of them.
 */

/**
 * Decompresses gzip (RFC 1952), all members of it. Resolves to `too-large` if the result has more
 * than `maxBytes`, and to `damaged` for anything that is not gzip.
 */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | GunzipProblem> {
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'damaged';
  }
}

export type GunzipProblem = 'damaged' | 'too-large';

/**
 * Returns a password in the form `$6$` of crypt(5). `setting` is the part of another hash before
 * its last `$`, whose method, rounds and salt are used. Default: SHA-512 with a new salt.
 */
export async function cryptPassword(clear: string, setting?: string): Promise<string> {
  const { encrypt } = await import('unixcrypt');
  return setting === undefined ? encrypt(clear) : encrypt(clear, setting);
}

/** Returns whether an Ed25519 key (PEM, RFC 8410) signed exactly these bytes (RFC 8032). */
export async function isSignedBy(pem: string, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const { createPublicKey, verify } = await import('node:crypto');
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

/**
 * Returns the subject of a certificate in PEM or DER, one `NAME=VALUE` for each part; empty if it
 * is not a certificate, or only a part of one.
 */
export async function readCertificateSubject(certificate: string | Uint8Array): Promise<string[]> {
  const { X509Certificate } = await import('node:crypto');
  try {
    return new X509Certificate(certificate).subject.split('\n');
  } catch {
    return [];
  }
}
