import { type ConfigResult, formatText, type Issue } from '@haos/cc';

/** Issues, and the texts they point into. */
export interface Found extends Pick<ConfigResult, 'texts'> {
  issues: readonly Issue[];
}

/** Issues for people. A module of its own, because importing the package lazily would load all of it. */
export function formatIssues({ issues, texts }: Found, color: boolean): string {
  return formatText(issues, texts, { color });
}
