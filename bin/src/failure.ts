import { EXIT, type ExitStatus } from './exit-status.js';

/** Ends a command with a one-line message and an exit status. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    readonly status: ExitStatus,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
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
export function refusal(message: string, hint: string): CommandFailure {
  return new CommandFailure(EXIT.refused, message, hint);
}
