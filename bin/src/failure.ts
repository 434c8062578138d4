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

/** Ends a command with one line for people, a code for programs, and an exit status. */
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

/** An error as programs get it, in the member `error` of a JSON document. */
export interface ErrorReport {
  code: string;
  message: string;
  hint: string | null;
}

/** Whether an error is one of these, of whichever file of the program: each command brings its own copy of the class. */
export function isCommandFailure(error: unknown): error is CommandFailure {
  return error instanceof Error && error.name === 'CommandFailure';
}

/** The command was called wrongly. */
export function usageError(message: string, hint?: string): CommandFailure {
  return new CommandFailure(EXIT.usage, message, hint);
}

/** The command does not do this here: not root, wrong mode. */
export function refusal(code: ProgramErrorCode, message: string, hint: string): CommandFailure {
  return new CommandFailure(EXIT.refused, message, hint, code);
}
