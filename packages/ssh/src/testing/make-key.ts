/** Returns a well-formed public key line for tests; the name determines the key. */
export function makeKey(name: string, comment = name): string {
  const type = Buffer.from('ssh-ed25519');
  const blob = Buffer.concat([lengthOf(type), type, lengthOf(Buffer.alloc(32)), Buffer.alloc(32, name)]);
  return `ssh-ed25519 ${blob.toString('base64')}${comment && ` ${comment}`}`;
}

function lengthOf(field: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(field.length);
  return length;
}
