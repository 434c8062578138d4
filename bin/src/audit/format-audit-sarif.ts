import type { Result, Severity } from '@haos/audit';
import { PROJECT } from '@haos/system/internal';

const LEVELS: Readonly<Record<Severity, string>> = { high: 'error', medium: 'warning', low: 'note' };
const KINDS = { pass: 'pass', fail: 'fail', skip: 'notApplicable' } as const;

/**
 * Formats an audit as a SARIF 2.1.0 log. A result has the place of the file that it comes from, or
 * of the page that describes the check.
 */
export function formatAuditSarif(results: readonly Result[], version: string): object {
  const helpUri = `${PROJECT.documentation}/security.md`;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'haos audit',
            version,
            informationUri: PROJECT.documentation,
            rules: results.map(({ id, title, expected, severity }) => ({
              id,
              shortDescription: { text: `${title}.` },
              fullDescription: { text: `Expected: ${expected}.` },
              helpUri,
              defaultConfiguration: { level: LEVELS[severity] },
            })),
          },
        },
        results: results.map(({ id, status, severity, title, found, expected, from }, ruleIndex) => ({
          ruleId: id,
          ruleIndex,
          kind: KINDS[status],
          level: status === 'fail' ? LEVELS[severity] : 'none',
          message: { text: `${title}: found ${found}; expected ${expected}` },
          locations: [locationOf(from)],
        })),
      },
    ],
  };
}

function locationOf(from: string | undefined): object {
  const [, path = 'docs/security.md', line = '1'] = /^\/([^: ]+)(?::(\d+))?$/.exec(from ?? '') ?? [];
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(path) },
      region: { startLine: Number(line) },
    },
  };
}
