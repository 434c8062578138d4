import type { Issue } from '@haos/cc';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import type { ErrorReport } from '../failure.js';
import { formatJson } from '../format-json.js';
import type { Found } from './format-issues.js';

/**
 * Prints issues with their lines on standard error. Loads the formatter only if there are issues.
 */
export async function printIssues({ issues, texts }: Found, context: Context): Promise<void> {
  if (issues.length === 0) return;
  const { formatIssues } = await import('./format-issues.js');
  context.err(formatIssues({ issues, texts }, await context.hasColor('err')));
}

/** Returns whether a configuration is invalid; with `strict`, warnings make it invalid, too. */
export function isInvalid(issues: readonly Issue[], strict: boolean): boolean {
  return issues.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'));
}

/**
 * Ends a command that needs a valid configuration, after its issues were printed. In JSON it prints
 * the issues beside the error.
 */
export function endInvalid(
  { issues }: Pick<Found, 'issues'>,
  { invocation, context }: { invocation: Invocation<'format'>; context: Context },
): ExitStatus {
  if (invocation.text('format') === 'json') context.out(formatJson({ error: INVALID, issues }));
  return EXIT.invalid;
}

const INVALID: ErrorReport = {
  code: 'HAOS_CONFIG_INVALID',
  message: 'the configuration is invalid',
  hint: 'Correct the values that the issues name.',
};
