import { type ConfigResult, readSources } from './config.js';
import type { Issue } from './issue.js';
import { isObject, requireArgument, requireIssues } from './require-argument.js';
import { withRuleIssues } from './rules/check-rules.js';
import { raiseDoubts } from './rules/k3s-hold.js';
import type { Source } from './sources/source.js';

export type ValidationReport = Pick<ConfigResult, 'config' | 'issues' | 'provenance' | 'texts'>;

/**
 * Validates a configuration: one text, or sources that it merges first, lowest precedence first.
 * Checks types, unknown keys and everything that needs no node. Touches no machine and never throws
 * because of the content. `issues` lists all findings in the order of the text. The configuration
 * is valid if no issue has severity `error`. Throws HAOS_CC_ARGUMENT if the input is neither a text
 * nor a list of sources.
 */
export function validate(input: string | Source | readonly Source[]): ValidationReport {
  const sources: readonly Source[] =
    typeof input === 'string' ? [{ content: input }] : Array.isArray(input) ? input : [input as Source];
  return validateResult(readSources(sources));
}

/** Validates a configuration that was read before, such as that of a node. */
export function validateResult(result: ConfigResult): ValidationReport {
  requireArgument(isObject(result) && isObject(result.provenance), 'the result must be that of readSources');
  requireIssues(result.issues);
  const issues = raiseDoubts(withRuleIssues(result).issues, result.config).map(strict);
  return { ...result, issues: issues.sort(byPlace) };
}

/**
 * A node must boot with a key that it does not know, so that is a warning there. Validation reports
 * an error.
 */
function strict(issue: Issue): Issue {
  return issue.code === 'unknown-key' ? { ...issue, severity: 'error' } : issue;
}

function byPlace(a: Issue, b: Issue): number {
  const [fileA, fileB] = [a.origin?.file ?? '', b.origin?.file ?? ''];
  // Not by localeCompare, which takes ten milliseconds to load.
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return (a.origin?.offset ?? 0) - (b.origin?.offset ?? 0);
}
