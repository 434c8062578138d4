import type { Issue, Severity } from '../issue.js';
import { isObject, requireArgument, requireIssues } from '../require-argument.js';
import { type Cover, coverText, excerptOf } from './excerpt.js';

export interface TextOptions {
  /** Use ANSI colours; default false. */
  color?: boolean;
}

const COLORS: Record<Severity | 'dim', string> = { error: '31', warning: '33', info: '36', dim: '2' };

/**
 * Formats issues for people: place, message, the line with the wrong part underlined, and the hint.
 * `texts` are the sources by file, as in `texts` of a result. An issue whose text is missing has no
 * excerpt.
 */
export function formatText(
  issues: readonly Issue[],
  texts: ReadonlyMap<string, string>,
  options: TextOptions = {},
): string {
  requireIssues(issues);
  requireArgument(isObject(texts) && 'get' in texts, 'the texts must be a map of files to their texts');
  const paint = options.color
    ? (kind: Severity | 'dim', text: string) => `\u001b[${COLORS[kind]}m${text}\u001b[0m`
    : (_kind: Severity | 'dim', text: string) => text;
  const covers = new Map<string, Cover>();
  return issues.map((issue) => formatIssue(issue, { texts, paint, covers })).join('\n');
}

type Paint = (kind: Severity | 'dim', text: string) => string;

interface Frame {
  texts: ReadonlyMap<string, string>;
  paint: Paint;
  /** By file. */
  covers: Map<string, Cover>;
}

function formatIssue(issue: Issue, { texts, paint, covers }: Frame): string {
  const { origin } = issue;
  const place = origin ? `${origin.file}:${origin.line}:${origin.column}: ` : '';
  const lines = [
    `${place}${paint(issue.severity, issue.severity)}: ${oneLine(issue.message)} ${paint('dim', `[${issue.code}]`)}`,
  ];
  const text = origin && texts.get(origin.file);
  if (origin && text) {
    const cover = covers.get(origin.file) ?? coverText(text);
    covers.set(origin.file, cover);
    lines.push(
      ...excerptLines(excerptOf(text, origin, { hideRest: issue.code === 'unknown-key', cover }), {
        number: origin.line,
        severity: issue.severity,
        paint,
      }),
    );
  }
  if (issue.hint) lines.push(`  hint: ${oneLine(issue.hint)}`);
  return `${lines.join('\n')}\n`;
}

interface ExcerptOptions {
  number: number;
  severity: Severity;
  paint: Paint;
}

function excerptLines(
  { text, start, length }: ReturnType<typeof excerptOf>,
  { number, severity, paint }: ExcerptOptions,
): string[] {
  const gutter = ' '.repeat(String(number).length);
  const indent = oneLine(text.slice(0, start)).replace(/[^\t]/g, ' ');
  return [
    paint('dim', `  ${number} | `) + oneLine(text),
    paint('dim', `  ${gutter} | `) + indent + paint(severity, '^'.repeat(length)),
  ];
}

/** Replaces control characters: those of a hostile text must not reach a terminal. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression replaces them
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '\ufffd');
}
