/** Parts of names of environment variables and flags, in lower case, whose value is a secret. */
const SECRET_PARTS = [
  ...['token', 'secret', 'passw', 'passphrase', 'credential'],
  ...[
    'api key',
    'access key',
    'private key',
    'join key',
    'auth key',
    'vpn auth',
    'datastore endpoint',
  ].flatMap((words) => ['', '_', '-'].map((separator) => words.replace(' ', separator))),
];

/** Returns whether the name of a key or a variable looks like that of a secret. */
export function looksSecret(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower === 'pass' || lower === 'psk' || lower.endsWith('_psk') || lower.endsWith('-psk')) return true;
  return hasSecretName(lower);
}

/** Returns whether the name of a variable or a flag looks like that of a secret. */
export function hasSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  return SECRET_PARTS.some((part) => lower.includes(part));
}
