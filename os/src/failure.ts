/** The codes of what can go wrong with a key in a token. They are stable: docs/errors.md. */
export type BuildErrorCode =
  | 'HAOS_PKCS11_URI'
  | 'HAOS_PKCS11_PIN'
  | 'HAOS_PKCS11_TOOLS'
  | 'HAOS_PKCS11_TOKEN'
  | 'HAOS_PKCS11_KEY'
  | 'HAOS_PKCS11_CERTIFICATE'
  | 'HAOS_PKCS11_FAILED';

/** The reason why a build failed, for the user; `status` is the exit status. */
export class BuildFailure extends Error {
  constructor(
    message: string,
    readonly status = 1,
    readonly code?: BuildErrorCode,
  ) {
    super(message);
  }
}
