import type { Context } from './command.js';
import { EXIT } from './exit-status.js';
import { CommandFailure } from './failure.js';
import { readOperand } from './read-input.js';

/** Returns the content of a file that the command line names; `-` is standard input. */
export function readNamedFile(file: string, context: Context): Uint8Array {
  if (file === '-') return context.input();
  try {
    return readOperand(file);
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `cannot read ${JSON.stringify(file)}: ${reasonOf(error)}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  ELOOP: 'its links form a loop',
};

/** Returns why a file could not be read, for people. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
