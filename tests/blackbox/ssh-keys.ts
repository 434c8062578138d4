/** Returns a well-formed public key line, derived from the name. */
export function makeKey(name: string): string {
  const type = Buffer.from('ssh-ed25519');
  const parts = [type, Buffer.alloc(32, name)].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `ssh-ed25519 ${Buffer.concat(parts).toString('base64')} ${name}`;
}
