import { type HaosError, isHaosError } from '@haos/host';
import { parseInvocation, selectCommand, wantsJson } from './arguments.js';
import type { Command, Context } from './command.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { isCommandFailure, usageError } from './failure.js';
import { formatJson } from './format-json.js';

/** Runs the command that the arguments name; resolves to the exit status, whatever happens. */
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
    // A second document behind the result would make neither readable.
    return reportError(error, { called, context, isJson: wantsJson(selection.args) && !hasAnswered });
  }
}

/** Where an error goes. */
export interface Teller {
  /** Such as `haos config plan`. */
  called: string;
  context: Context;
  /** Whether a program reads standard output. */
  isJson: boolean;
}

/**
 * Tells why a command ended: in one line, what the program said that failed, and a hint, never with
 * a stack trace unless DEBUG is set; with `isJson` the same as JSON on standard output.
 */
export function reportError(error: unknown, { called, context, isJson }: Teller): ExitStatus {
  if (context.env.DEBUG) context.err(`${error instanceof Error ? error.stack : String(error)}\n`);
  const { status, code, message, hint } = describeError(error, called);
  context.err(`${called.split(' ', 1)[0]}: ${message}\n${hint ? `  ${hint}\n` : ''}`);
  if (isJson) tryOut(context, formatJson({ error: { code, message, hint: hint ?? null } }));
  return status;
}

/** That standard output cannot be written may be the very error. */
function tryOut(context: Context, text: string): void {
  try {
    context.out(text);
  } catch (error) {
    if (!isCommandFailure(error)) throw error;
  }
}

interface Described {
  status: ExitStatus;
  code: string;
  message: string;
  hint: string | undefined;
}

function describeError(error: unknown, called: string): Described {
  if (isCommandFailure(error)) {
    const { status, code, message } = error;
    const more = status === EXIT.usage ? `see ${called} --help` : undefined;
    return { status, code, message, hint: [error.hint, more].filter(Boolean).join(' · ') || undefined };
  }
  if (isHaosError(error))
    return { status: statusOf(error.code), code: error.code, message: withOutput(error), hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: EXIT.failed,
    code: 'HAOS_INTERNAL',
    message: `internal error: ${message.split('\n', 1)[0]}`,
    hint: 'run it again with DEBUG=haos:* and report what it prints',
  };
}

/** With the last lines of the command that failed, where it was one: what they hold of secrets is hidden already. */
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
