import { type HaosError, isHaosError } from '@haos/host';
import type { Context } from './command.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { isCommandFailure } from './failure.js';
import { formatJson } from './format-json.js';

/** Where an error is printed. */
export interface Teller {
  /** The command, such as `haos config plan`. */
  called: string;
  context: Context;
  /** Whether a program reads standard output. */
  isJson: boolean;
}

/**
 * Prints why a command ended: one line, the output of the program that failed, and a hint. Prints a
 * stack trace only if DEBUG is set. With `isJson` it also prints the error as JSON on standard
 * output.
 */
export function reportError(error: unknown, { called, context, isJson }: Teller): ExitStatus {
  if (context.env.DEBUG) context.err(`${error instanceof Error ? error.stack : String(error)}\n`);
  const { status, code, message, hint } = describeError(error, called);
  context.err(`${called.split(' ', 1)[0]}: ${message}\n${hint ? `  ${hint}\n` : ''}`);
  if (isJson) tryOut(context, formatJson({ error: { code, message, hint: hint ?? null } }));
  return status;
}

/** Ignores that standard output cannot be written, which may be the error to report. */
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
    const more = status === EXIT.usage ? `See ${called} --help.` : undefined;
    return { status, code, message, hint: [error.hint, more].filter(Boolean).join(' ') || undefined };
  }
  if (isHaosError(error))
    return { status: statusOf(error.code), code: error.code, message: withOutput(error), hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: EXIT.failed,
    code: 'HAOS_INTERNAL',
    message: `internal error: ${message.split('\n', 1)[0]}`,
    hint: 'Run it again with DEBUG=haos:* and report the output.',
  };
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
  HAOS_SECURE_BOOT_EXISTS: EXIT.refused,
  HAOS_SECURE_BOOT_MODE: EXIT.refused,
  HAOS_SECURE_BOOT_UNBOOTABLE: EXIT.refused,
  HAOS_CC_PUT_NAME: EXIT.usage,
  HAOS_CC_TRY_PENDING: EXIT.refused,
  HAOS_CC_TRY_NONE: EXIT.refused,
  HAOS_QUESTIONS_ENDED: EXIT.interrupted,
  HAOS_QUESTIONS_UNANSWERED: EXIT.usage,
  HAOS_QUESTIONS_ANSWER: EXIT.usage,
};
