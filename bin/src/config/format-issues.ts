import { formatText } from '@haos/cc';
import type { Found } from './issues.js';

/** Issues for people. A module of its own, because importing the package lazily would load all of it. */
export function formatIssues({ issues, texts }: Found, color: boolean): string {
  return formatText(issues, texts, { color });
}
