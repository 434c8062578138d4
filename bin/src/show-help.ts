import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selectCommand, unknownCommand } from './arguments.js';
import type { Command, Context, Invocation } from './command.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { CommandFailure, usageError } from './failure.js';
import { formatHelp } from './help.js';
import { listCommands } from './list-commands.js';
import { formatManPage, nameManPage } from './man-page.js';

/** `haos help`: the help of a command, or the manual pages of all. */
export async function runHelp(
  invocation: Invocation<'man'>,
  context: Context,
  program: Command,
): Promise<ExitStatus> {
  const directory = invocation.text('man');
  const { path, args } = selectCommand(program, invocation.operands);
  if (directory !== undefined && invocation.operands.length > 0)
    throw usageError('--man writes the pages of all commands', 'Leave out the command.');
  if (args.length > 0) throw await unknownCommand({ path, args });
  if (directory === undefined) context.out(formatHelp(path, context));
  else writeManPages(directory, program, context.version);
  return EXIT.done;
}

function writeManPages(directory: string, program: Command, version: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    for (const listed of listCommands([program]))
      writeFileSync(join(directory, `${nameManPage(listed.path)}.1`), formatManPage(listed, version));
  } catch (error) {
    throw new CommandFailure(EXIT.failed, `cannot write the manual pages: ${(error as Error).message}`);
  }
}
