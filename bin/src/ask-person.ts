import { confirm, plainTerminal } from '@haos/questions';
import type { Context } from './command.js';
import { usageError } from './failure.js';

/**
 * Shows what a command is about to do, and asks a person whether to go on. Throws a usage error
 * without a terminal.
 */
export async function isConfirmed(
  context: Context,
  { name, consequences }: { name: string; consequences: string },
): Promise<boolean> {
  const { input, output } = await context.terminal();
  if (!input.isTTY)
    throw usageError('cannot ask for confirmation without a terminal', 'Add --yes to confirm.');
  context.err(`${consequences}\n`);
  const person = plainTerminal({ input, output });
  try {
    return await confirm(person, { name, message: 'Go on', default: false });
  } finally {
    person.close();
  }
}
