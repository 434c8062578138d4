import type { Issue } from '@haos/cc';
import type { Context } from '../command.js';
import type { Found } from './format-issues.js';

/** Writes issues for people, with their lines, to standard error. The formatter is loaded only when there are some. */
export async function printIssues({ issues, texts }: Found, context: Context): Promise<void> {
  if (issues.length === 0) return;
  const { formatIssues } = await import('./format-issues.js');
  context.err(formatIssues({ issues, texts }, await context.hasColor('err')));
}

/** Whether a configuration counts as invalid; `strict`: with warnings, too. */
export function isInvalid(issues: readonly Issue[], strict: boolean): boolean {
  return issues.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'));
}
