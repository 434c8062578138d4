import type { Issue, Severity } from '../issue.js';

const LEVELS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };

/**
 * Formats issues as a SARIF 2.1.0 log, which code scanning services read. `version` is that of the
 * tool.
 */
export function formatSarif(issues: readonly Issue[], { version }: { version: string }): object {
  const rules = [...new Set(issues.map(({ code }) => code))].map((id) => ({ id }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'haos', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: issues.map((issue) => ({
          ruleId: issue.code,
          level: LEVELS[issue.severity],
          message: { text: issue.hint ? `${issue.message}. ${issue.hint}` : issue.message },
          locations: issue.origin ? [locationOf(issue)] : [],
        })),
      },
    ],
  };
}

function locationOf({ origin, key, pointer }: Issue): object {
  const { file, line, column, length } = origin!;
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
      region: { startLine: line, startColumn: column, endColumn: column + length },
    },
    ...(key ? { logicalLocations: [{ fullyQualifiedName: key, name: pointer }] } : {}),
  };
}
