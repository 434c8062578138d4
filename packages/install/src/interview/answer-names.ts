/** The names that a file of answers may contain. */
export const ANSWER_NAMES = [
  'operation',
  'device',
  'passphrase',
  'config',
  'github_users',
  'password',
  'wifi',
  'role',
  'server_url',
  'token',
  'proceed',
] as const;
