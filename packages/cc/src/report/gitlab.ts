import type { Issue, Severity } from '../issue.js';
import { fingerprintsOf } from './fingerprint.js';
import { pathOf } from './report-path.js';

const SEVERITIES: Record<Severity, string> = { error: 'major', warning: 'minor', info: 'info' };

/**
 * Issues as a report of GitLab's code quality (GitLab's documentation, "Code Quality report
 * format").
 */
export function formatGitlab(issues: readonly Issue[]): object[] {
  const fingerprints = fingerprintsOf(issues);
  return issues.map(({ severity, code, message, hint, origin }, index) => ({
    description: hint ? `${message} (${hint})` : message,
    check_name: code,
    fingerprint: fingerprints[index],
    severity: SEVERITIES[severity],
    location: { path: origin ? pathOf(origin.file) : '', lines: { begin: origin?.line ?? 1 } },
  }));
}
