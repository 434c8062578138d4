import { type HaosError, isHaosError } from '@haos/host';
import { parseInvocation, selectCommand } from './arguments.js';
import type { Command, Context } from './command.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { isCommandFailure, usageError } from './failure.js';

/** Runs the command that the arguments name. Resolves to the exit status and never rejects. */
export async function run(program: Command, argv: readonly string[], context: Context): Promise<ExitStatus> {
  const selection = selectCommand(program, argv);
  const called = selection.path.map(({ name }) => name).join(' ');
  try {
    const command = selection.path.at(-1)!;
    const invocation = await parseInvocation(selection);
    if (invocation.wantsHelp) {
      const { formatHelp } = await import('./help.js');
      context.out(formatHelp(selection.path, context));
      return EXIT.done;
    }
    if (command === program && invocation.has('version')) {
      context.out(`${program.name} ${context.version}\n`);
      return EXIT.done;
    }
    if (!command.load) throw usageError('a command is missing');
    return await (await command.load())(invocation, context);
  } catch (error) {
    return reportError(error, called, context);
  }
}

/**
 * Prints why a command ended: one line, the output of the program that failed, and a hint. Prints a
 * stack trace only if DEBUG is set.
 */
export function reportError(error: unknown, called: string, context: Context): ExitStatus {
  const teller: Teller = { context, program: called.split(' ', 1)[0]! };
  if (context.env.DEBUG) context.err(`${error instanceof Error ? error.stack : String(error)}\n`);
  if (isCommandFailure(error)) {
    const hint =
      error.status === EXIT.usage
        ? [error.hint, `See ${called} --help.`].filter(Boolean).join(' ')
        : error.hint;
    return tell(teller, { status: error.status, message: error.message, hint });
  }
  if (isHaosError(error))
    return tell(teller, { status: statusOf(error.code), message: withOutput(error), hint: error.hint });
  const message = error instanceof Error ? error.message : String(error);
  return tell(teller, {
    status: EXIT.failed,
    message: `internal error: ${message.split('\n', 1)[0]}`,
    hint: 'Run it again with DEBUG=haos:* and report the output.',
  });
}

/**
 * Returns the message, followed by the last lines of the command that failed, if one did. Secrets
 * in those lines are already hidden.
 */
function withOutput(error: HaosError): string {
  for (let cause: unknown = error; isHaosError(cause); cause = cause.cause) {
    const { stderr } = cause.details;
    if (typeof stderr === 'string') return [error.message, ...stderr.split('\n')].join('\n    ');
  }
  return error.message;
}

function statusOf(code: string): ExitStatus {
  return STATUSES[code] ?? EXIT.failed;
}

const STATUSES: Readonly<Record<string, ExitStatus>> = {
  HAOS_LOCKED: EXIT.refused,
  HAOS_RESET_MODE: EXIT.refused,
  HAOS_CC_PUT_NAME: EXIT.usage,
  HAOS_QUESTIONS_ENDED: EXIT.interrupted,
  HAOS_QUESTIONS_UNANSWERED: EXIT.usage,
  HAOS_QUESTIONS_ANSWER: EXIT.usage,
};

interface Teller {
  context: Context;
  /** The name of the program, such as `haos`. */
  program: string;
}

function tell(
  { context, program }: Teller,
  { status, message, hint }: { status: ExitStatus; message: string; hint: string | undefined },
): ExitStatus {
  context.err(`${program}: ${message}\n${hint ? `  ${hint}\n` : ''}`);
  return status;
}
