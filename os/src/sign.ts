import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure } from './failure.js';

/**
 * Returns the private key in a file. Throws a BuildFailure unless it is an Ed25519 key whose public
 * half nodes will have.
 */
export function readSigningKey(path: string, publicKeys: string): KeyObject {
  const key = parseKey(path);
  const known = listPublicKeys(publicKeys).map((file) => createPublicKey(readFileSync(file)));
  if (known.some((other) => other.equals(createPublicKey(key)))) return key;
  throw new BuildFailure(`nodes would reject signatures of ${path}: its public key is not in ${publicKeys}`);
}

function parseKey(path: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Its message may quote the file.
  }
  throw new BuildFailure(`${path} is not an Ed25519 private key in PEM without a passphrase`);
}

/** Returns the `*.pem` files in a directory. */
export function listPublicKeys(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.pem'))
    .sort()
    .map((name) => join(directory, name));
}

/** Writes the signature of a file beside it, as `<file>.sig`. */
export function signFile(path: string, key: KeyObject): void {
  writeFileSync(`${path}.sig`, sign(null, readFileSync(path), key));
}
