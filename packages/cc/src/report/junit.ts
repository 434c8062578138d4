import type { Issue } from '../issue.js';
import { pathOf } from './report-path.js';
import { formatText } from './text.js';

/** What a report of JUnit is made of. */
export interface JunitOptions {
  /** The files that were checked, as the origins of issues name them; those without issues pass. */
  files: readonly string[];
  /** The texts of the files, by their names. */
  texts: ReadonlyMap<string, string>;
  /** Whether warnings fail a file, too; default false. */
  strict?: boolean;
}

/**
 * Issues as a report of JUnit, which CI systems show as tests: a file is a test. It fails when it
 * is invalid, and says why as text for people does; what does not make it invalid is its output.
 */
export function formatJunit(
  issues: readonly Issue[],
  { files, texts, strict = false }: JunitOptions,
): string {
  const fails = ({ severity }: Issue) => severity === 'error' || (strict && severity === 'warning');
  const cases = [...groupByFile(issues, files)].map(([file, found]) => {
    const failures = found.filter(fails);
    const others = found.filter((issue) => !fails(issue));
    const name = escapeXml(pathOf(file));
    return {
      hasFailed: failures.length > 0,
      xml: `    <testcase classname="haos.config.validate" name="${name}" file="${name}">
${failures.length > 0 ? `      ${failureOf(failures, texts)}\n` : ''}${
  others.length > 0 ? `      <system-out>${escapeXml(formatText(others, texts))}</system-out>\n` : ''
}    </testcase>\n`,
    };
  });
  const failed = cases.filter(({ hasFailed }) => hasFailed).length;
  const counts = `name="haos config validate" tests="${cases.length}" failures="${failed}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts}>
  <testsuite ${counts} skipped="0">
${cases.map(({ xml }) => xml).join('')}  </testsuite>
</testsuites>
`;
}

/** Also files without issues; an issue of no file belongs to the first. */
function groupByFile(issues: readonly Issue[], files: readonly string[]): Map<string, Issue[]> {
  const groups = new Map<string, Issue[]>(files.map((file) => [file, []]));
  for (const issue of issues) {
    const file = issue.origin?.file ?? files[0] ?? '';
    const group = groups.get(file);
    if (group) group.push(issue);
    else groups.set(file, [issue]);
  }
  return groups;
}

/**
 * One for all, as readers of such reports expect it: the first in short, all of them as its text.
 */
function failureOf(failures: readonly Issue[], texts: ReadonlyMap<string, string>): string {
  const { code, message } = failures[0]!;
  const attributes = `type="${escapeXml(code)}" message="${escapeXml(message)}"`;
  return `<failure ${attributes}>${escapeXml(formatText(failures, texts))}</failure>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * As text and as the value of an attribute. What no document may hold (XML 1.0, 2.2) is replaced.
 */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
  );
}
