import { PROJECT } from '@haos/system/internal';
import { ISSUE_RULES } from '../generated/issue-rules.js';
import type { Issue, IssueCode, Severity } from '../issue.js';
import { requireArgument, requireIssues } from '../require-argument.js';
import { fingerprintsOf } from './fingerprint.js';
import { uriOf } from './report-path.js';

const LEVELS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };

/**
 * Formats issues as a SARIF 2.1.0 log, which code scanning services read. `version` is that of the
 * tool. The log has what GitHub requires of an upload (GitHub's documentation, "SARIF support for
 * code scanning") except `primaryLocationLineHash`: GitHub's action computes it from the files and
 * rejects any other value.
 */
export function formatSarif(issues: readonly Issue[], options: { version: string }): object {
  requireIssues(issues);
  requireArgument(typeof options?.version === 'string', 'the options must have the version of the tool');
  const { version } = options;
  const codes = [...new Set(issues.map(({ code }) => code))];
  const fingerprints = fingerprintsOf(issues);
  const fallback = issues.find(({ origin }) => origin !== undefined)?.origin?.file ?? 'config.yaml';
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'haos',
            version,
            semanticVersion: version,
            informationUri: PROJECT.documentation,
            rules: codes.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: issues.map((issue, index) => ({
          ruleId: issue.code,
          ruleIndex: codes.indexOf(issue.code),
          level: LEVELS[issue.severity],
          message: { text: issue.hint ? `${issue.message}. ${issue.hint}` : issue.message },
          locations: [locationOf(issue, fallback)],
          partialFingerprints: { 'haosIssue/v1': fingerprints[index] },
        })),
      },
    ],
  };
}

function ruleOf(code: IssueCode): object {
  const { severity, meaning, remedy } = ISSUE_RULES[code];
  const description = asSentence(meaning);
  const help = asSentence(remedy);
  const helpUri = `${PROJECT.documentation}/errors.md#issues`;
  return {
    id: code,
    name: code.replace(/(?:^|-)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase()),
    shortDescription: { text: withoutMarkdown(asSentence(meaning.split(/[:;.] /, 1)[0]!)) },
    fullDescription: { text: withoutMarkdown(description) },
    help: {
      text: `${withoutMarkdown(`${description} ${help}`)} See ${helpUri}`,
      markdown: `${description}\n\n**What to do:** ${help}\n\n[All issues](${helpUri})`,
    },
    helpUri,
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ['configuration'],
      precision: 'very-high',
      'problem.severity': severity === 'info' ? 'recommendation' : severity,
    },
  };
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Without the backticks around code, and links by their text. */
function withoutMarkdown(text: string): string {
  return text.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

/**
 * Code scanning takes no result without a place: one that belongs to no line belongs to the first
 * of `fallback`.
 */
function locationOf({ origin, key, pointer }: Issue, fallback: string): object {
  const { file, line, column, length } = origin ?? { file: fallback, line: 1, column: 1, length: 1 };
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, startColumn: column, endLine: line, endColumn: column + length },
    },
    ...(key ? { logicalLocations: [{ fullyQualifiedName: key, name: pointer }] } : {}),
  };
}
