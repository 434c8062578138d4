import type { Issue } from '@haos/cc';
import type { Context } from '../command.js';
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
