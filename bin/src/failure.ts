import { EXIT, type ExitStatus } from './exit-status.js';

/** Ends a command with one line for people and an exit status. */
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

/** Whether an error is one of these, of whichever file of the program: each command brings its own copy of the class. */
export function isCommandFailure(error: unknown): error is CommandFailure {
  return error instanceof Error && error.name === 'CommandFailure';
}

/** The command was called wrongly. */
export function usageError(message: string, hint?: string): CommandFailure {
  return new CommandFailure(EXIT.usage, message, hint);
}

/** The command does not do this here: not root, wrong mode. */
export function refusal(message: string, hint: string): CommandFailure {
  return new CommandFailure(EXIT.refused, message, hint);
}
