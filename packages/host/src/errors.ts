/** The error codes of `@haos/host`. They are stable; docs/errors.md documents them. */
export type HostErrorCode =
  | 'HAOS_FILE_NOT_FOUND'
  | 'HAOS_FILE_NOT_REGULAR'
  | 'HAOS_FILE_NOT_DIRECTORY'
  | 'HAOS_FILE_PERMISSION'
  | 'HAOS_FILE_TOO_LARGE'
  | 'HAOS_FILE_LINK_LOOP'
  | 'HAOS_FILE_PATH'
  | 'HAOS_FILE_READ_ONLY'
  | 'HAOS_FILE_NO_SPACE'
  | 'HAOS_FILE_FAILED'
  | 'HAOS_COMMAND_NOT_FOUND'
  | 'HAOS_COMMAND_FAILED'
  | 'HAOS_COMMAND_TIMEOUT'
  | 'HAOS_HTTP_STATUS'
  | 'HAOS_HTTP_FAILED'
  | 'HAOS_HTTP_TIMEOUT'
  | 'HAOS_HTTP_TOO_LARGE'
  | 'HAOS_HTTP_URL'
  | 'HAOS_HTTP_CHECKSUM'
  | 'HAOS_KERNEL_SYSCTL'
  | 'HAOS_KERNEL_HOSTNAME'
  | 'HAOS_KERNEL_MODULE'
  | 'HAOS_ACCOUNT_UNKNOWN'
  | 'HAOS_ACCOUNT_PASSWORD'
  | 'HAOS_LOCKED'
  | 'HAOS_COPY_DIFFERS'
  | 'HAOS_COPY_TYPE'
  | 'HAOS_BLOCK_UNKNOWN'
  | 'HAOS_NEEDS_NODE'
  | 'HAOS_TEST_UNSCRIPTED';

export interface HaosErrorOptions {
  /** What to do about it, as a sentence in the imperative. */
  hint?: string;
  cause?: unknown;
  /** Facts for programs, such as path, URL or status. Never a secret. */
  details?: Readonly<Record<string, string | number | boolean>>;
}

const MARK = Symbol.for('haos.error');

/**
 * A failure of the machine. Match on `code`, which is stable, not on the message or the class,
 * because two copies of a package may be loaded. Messages are in lower case, say what failed and
 * where, and never contain a secret.
 */
export class HaosError<Code extends string = string> extends Error {
  override readonly name = 'HaosError';
  readonly code: Code;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly [MARK] = true;

  constructor(code: Code, message: string, options: HaosErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/**
 * Returns whether `value` is a HaosError from any copy of this package, optionally with one of
 * these codes.
 */
export function isHaosError(value: unknown, ...codes: string[]): value is HaosError {
  if (typeof value !== 'object' || value === null || !(MARK in value)) return false;
  return codes.length === 0 || codes.includes((value as HaosError).code);
}
