import { type ConfigResult, formatText, type Issue } from '@haos/cc';

/** Issues, and the texts that they point into. */
export interface Found extends Pick<ConfigResult, 'texts'> {
  issues: readonly Issue[];
}

/**
 * Formats issues for people. This is a separate module, because a lazy import of the package would
 * load all of it.
 */
export function formatIssues({ issues, texts }: Found, color: boolean): string {
  return formatText(issues, texts, { color });
}
