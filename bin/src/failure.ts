import { EXIT, type ExitStatus } from './exit-status.js';

/**
 * Codes of the program's own errors, beside those of the packages; stable, and documented in
 * docs/errors.md.
 */
export type ProgramErrorCode =
  | 'HAOS_USAGE'
  | 'HAOS_NOT_ROOT'
  | 'HAOS_NOT_HAOS'
  | 'HAOS_ALREADY_INSTALLED'
  | 'HAOS_NO_NODE'
  | 'HAOS_DECLINED'
  | 'HAOS_CHECK_FAILED'
  | 'HAOS_CONFIG_INVALID'
  | 'HAOS_FAILED';

/** Ends a command with a one-line message for people, a code for programs, and an exit status. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    readonly status: ExitStatus,
    message: string,
    readonly hint?: string,
    readonly code: ProgramErrorCode = status === EXIT.usage ? 'HAOS_USAGE' : 'HAOS_FAILED',
  ) {
    super(message);
  }
}

/** An error in JSON: the member `error` of a document. */
export interface ErrorReport {
  code: string;
  message: string;
  hint: string | null;
}

/**
 * Returns whether an error is a `CommandFailure`. It compares names, because each file of the
 * program brings its own copy of the class.
 */
export function isCommandFailure(error: unknown): error is CommandFailure {
  return error instanceof Error && error.name === 'CommandFailure';
}

/** Returns the failure of a command that was called incorrectly. */
export function usageError(message: string, hint?: string): CommandFailure {
  return new CommandFailure(EXIT.usage, message, hint);
}

/** Returns the failure of a command that refuses to run here: not as root, or in the wrong mode. */
export function refusal(code: ProgramErrorCode, message: string, hint: string): CommandFailure {
  return new CommandFailure(EXIT.refused, message, hint, code);
}
