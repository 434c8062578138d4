import type { Issue, Severity } from '../issue.js';
import { requireIssues } from '../require-argument.js';
import { pathOf } from './report-path.js';

const COMMANDS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };

/**
 * Formats issues as workflow commands of GitHub Actions, which shows them beside the lines of a
 * pull request.
 */
export function formatGithub(issues: readonly Issue[]): string {
  requireIssues(issues);
  return issues.map(formatIssue).join('');
}

function formatIssue({ severity, code, message, hint, origin }: Issue): string {
  const properties = origin
    ? [
        `file=${escapeProperty(pathOf(origin.file))}`,
        `line=${origin.line}`,
        `col=${origin.column}`,
        `endColumn=${origin.column + origin.length}`,
      ]
    : [];
  const text = hint ? `${message}. ${hint}` : message;
  return `::${COMMANDS[severity]} ${[...properties, `title=${code}`].join(',')}::${escapeData(text)}\n`;
}

// GitHub's documentation, "Workflow commands for GitHub Actions": characters that would end a value
// are percent-encoded.
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
