import { parseInvocation, selectCommand, wantsJson } from './arguments.js';
import type { Command, Context } from './command.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { usageError } from './failure.js';
import { reportError } from './report-error.js';

/** Runs the command that the arguments name. Resolves to the exit status and never rejects. */
export async function run(program: Command, argv: readonly string[], context: Context): Promise<ExitStatus> {
  const selection = selectCommand(program, argv);
  const called = selection.path.map(({ name }) => name).join(' ');
  let hasAnswered = false;
  const watched: Context = {
    ...context,
    out(text) {
      hasAnswered = true;
      context.out(text);
    },
  };
  try {
    const command = selection.path.at(-1)!;
    const invocation = await parseInvocation(selection);
    if (invocation.wantsHelp) {
      const { formatHelp } = await import('./help.js');
      watched.out(formatHelp(selection.path, context));
      return EXIT.done;
    }
    if (command === program && invocation.has('version')) {
      watched.out(`${program.name} ${context.version}\n`);
      return EXIT.done;
    }
    if (!command.load) throw usageError('a command is missing');
    return await (await command.load())(invocation, watched, program);
  } catch (error) {
    // Two JSON documents in a row are not readable as JSON.
    return reportError(error, { called, context, isJson: wantsJson(selection.args) && !hasAnswered });
  }
}
