import { formatText, type Source, validate } from '@haos/cc';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { expandFiles } from './expand-files.js';
import type { Found } from './format-issues.js';
import { isInvalid } from './issues.js';
import { readSource } from './read-source.js';
import { type Report, summaryOf } from './report.js';

type ValidateInvocation = Invocation<'as' | 'format' | 'output' | 'stdin-name', 'merge' | 'strict' | 'quiet'>;

/** `haos config validate`: checks files one by one or merged, and reports all issues. */
export async function runValidate(invocation: ValidateInvocation, context: Context): Promise<ExitStatus> {
  if (invocation.operands.length === 0)
    throw usageError('no file is given', 'Name a file, or - for standard input.');
  const stdinName = readStdinName(invocation);
  const format = invocation.text('format') ?? 'text';
  const wanted = invocation.texts('output');
  // Most people call it without another format, so those are loaded only if they are asked for.
  const reports = format !== 'text' || wanted.length > 0 ? await import('./reports.js') : undefined;
  const outputs = reports?.readOutputs(wanted) ?? [];
  const kind = invocation.text('as') ?? 'input';
  const report: Report = { files: [], issues: [], texts: new Map(), isStrict: invocation.has('strict') };
  const merged: Source[] = [];
  for (const file of await expandFiles(invocation.operands)) {
    const name = file === '-' ? stdinName : file;
    report.files.push(name);
    const { source, issues } = await readSource({ file, name, kind }, context);
    if (issues.length > 0) add(report, { issues, texts: new Map() });
    if (!source) continue;
    if (invocation.has('merge')) merged.push(source);
    else add(report, validate(source));
  }
  if (merged.length > 0) add(report, validate(merged));
  reports?.writeReports(outputs, report, context);
  if (reports && format !== 'text') context.out(reports.formatReport(format, report, context));
  else await printText(report, { isQuiet: invocation.has('quiet'), context });
  return isInvalid(report.issues, report.isStrict) ? EXIT.invalid : EXIT.done;
}

function readStdinName(invocation: Pick<ValidateInvocation, 'text' | 'operands'>): string {
  const name = invocation.text('stdin-name');
  if (name !== undefined && !invocation.operands.includes('-'))
    throw usageError('--stdin-name names standard input, but no file is -', 'Add - to the files.');
  return name ?? '<stdin>';
}

function add(report: Report, { issues, texts }: Found): void {
  if (issues.length === 0) return;
  for (const issue of issues) report.issues.push(issue);
  for (const [file, text] of texts) report.texts.set(file, text);
}

/** Prints all issues and a summary; quietly, only the issues that make a file invalid. */
async function printText(
  report: Report,
  { isQuiet, context }: { isQuiet: boolean; context: Context },
): Promise<void> {
  const { texts, isStrict } = report;
  const issues = isQuiet ? report.issues.filter((issue) => isInvalid([issue], isStrict)) : report.issues;
  const text = issues.length > 0 ? formatText(issues, texts, { color: await context.hasColor('out') }) : '';
  if (isQuiet) return text === '' ? undefined : context.out(text);
  context.out(`${text === '' ? '' : `${text}\n`}${summaryOf(report)}\n`);
}
