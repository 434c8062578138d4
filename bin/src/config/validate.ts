import type { Issue, Source } from '@haos/cc';
import { formatGithub, formatSarif, formatText, validate } from '@haos/cc';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { expandFiles } from './expand-files.js';
import type { Found } from './format-issues.js';
import { isInvalid } from './issues.js';
import { readSource } from './read-source.js';

/** The result of checking all files; a file without issues is only counted. */
interface Result {
  files: number;
  issues: Issue[];
  texts: Map<string, string>;
}

/** `haos config validate`: checks files one by one or merged, and prints all issues. */
export async function runValidate(
  invocation: Invocation<'as' | 'format', 'merge' | 'strict'>,
  context: Context,
): Promise<ExitStatus> {
  if (invocation.operands.length === 0)
    throw usageError('no file is given', 'Name a file, or - for standard input.');
  const files = await expandFiles(invocation.operands);
  const kind = invocation.text('as') ?? 'input';
  const result: Result = { files: files.length, issues: [], texts: new Map() };
  const merged: Source[] = [];
  for (const file of files) {
    const { source, issues } = await readSource({ file, kind }, context);
    if (issues.length > 0) add(result, { issues, texts: new Map() });
    if (!source) continue;
    if (invocation.has('merge')) merged.push(source);
    else add(result, validate(source));
  }
  if (merged.length > 0) add(result, validate(merged));
  await print(result, invocation.text('format') ?? 'text', context);
  return isInvalid(result.issues, invocation.has('strict')) ? EXIT.invalid : EXIT.done;
}

function add(result: Result, { issues, texts }: Found): void {
  if (issues.length === 0) return;
  for (const issue of issues) result.issues.push(issue);
  for (const [file, text] of texts) result.texts.set(file, text);
}

async function print(result: Result, format: string, context: Context): Promise<void> {
  const { issues, texts } = result;
  if (format === 'github') return context.out(formatGithub(issues));
  if (format === 'sarif') return context.out(json(formatSarif(issues, { version: context.version })));
  if (format === 'json') return context.out(json({ ...countsOf(result), issues }));
  if (issues.length > 0)
    context.out(`${formatText(issues, texts, { color: await context.hasColor('out') })}\n`);
  context.out(`${summaryOf(result)}\n`);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function countsOf({ files, issues }: Result): { files: number; errors: number; warnings: number } {
  const count = (wanted: string) => issues.filter(({ severity }) => severity === wanted).length;
  return { files, errors: count('error'), warnings: count('warning') };
}

/** Returns a summary such as `3 files, 1 error, 2 warnings`. */
function summaryOf(result: Result): string {
  const { files, errors, warnings } = countsOf(result);
  return [counted(files, 'file'), counted(errors, 'error'), counted(warnings, 'warning')].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
