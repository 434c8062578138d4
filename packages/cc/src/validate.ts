import { type ConfigResult, readSources } from './config.js';
import type { Issue } from './issue.js';
import { isObject, requireArgument, requireIssues } from './require-argument.js';
import { withRuleIssues } from './rules/check-rules.js';
import type { Source } from './sources/source.js';

export type ValidationReport = Pick<ConfigResult, 'config' | 'issues' | 'provenance' | 'texts'>;

/**
 * Validates a configuration: one text, or sources that are merged first, lowest precedence first. Types, unknown keys and
 * everything that can be known without the node. Touches no machine and throws for no content: `issues` has all there is to say, in the
 * order of the text; valid is what has no issue of severity `error`. Throws HAOS_CC_ARGUMENT for what is not a source.
 */
export function validate(input: string | Source | readonly Source[]): ValidationReport {
  const sources: readonly Source[] =
    typeof input === 'string' ? [{ content: input }] : Array.isArray(input) ? input : [input as Source];
  return validateResult(readSources(sources));
}

/** The same for a configuration that was read already, such as a node's. */
export function validateResult(result: ConfigResult): ValidationReport {
  requireArgument(isObject(result) && isObject(result.provenance), 'the result must be that of readSources');
  requireIssues(result.issues);
  const issues = withRuleIssues(result).issues.map(strict);
  return { ...result, issues: issues.sort(byPlace) };
}

/** A node must come up with a key it does not know; whoever validates wants to know. */
function strict(issue: Issue): Issue {
  return issue.code === 'unknown-key' ? { ...issue, severity: 'error' } : issue;
}

function byPlace(a: Issue, b: Issue): number {
  const file = (a.origin?.file ?? '').localeCompare(b.origin?.file ?? '');
  return file || (a.origin?.offset ?? 0) - (b.origin?.offset ?? 0);
}
