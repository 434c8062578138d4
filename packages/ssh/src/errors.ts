/**
 * The error codes of this package. They are stable; docs/errors.md documents them.
 * `SOURCE_INVALID`: neither a public key nor a source of keys · `FETCH_FAILED`: a source did not
 * answer · `NO_KEY`: it answered without a valid key · `NO_HOME`: the account has no usable home
 * directory · `UNSAFE_PATH`: a link or a file of another user at the path of the keys.
 */
export type SshErrorCode =
  | 'HAOS_SSH_SOURCE_INVALID'
  | 'HAOS_SSH_FETCH_FAILED'
  | 'HAOS_SSH_NO_KEY'
  | 'HAOS_SSH_NO_HOME'
  | 'HAOS_SSH_UNSAFE_PATH';
