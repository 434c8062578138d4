import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatGithub, formatSarif, formatText } from '@haos/cc';
import { formatGitlab, formatJunit } from '@haos/cc/internal';
import type { Context } from '../command.js';
import { didYouMean } from '../did-you-mean.js';
import { EXIT } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { reasonOf } from '../read-named-file.js';
import { countsOf, type Report, summaryOf } from './report.js';

const FORMATS: Readonly<Record<string, (report: Report, version: string) => string>> = {
  text: (report) =>
    `${report.issues.length > 0 ? `${formatText(report.issues, report.texts)}\n` : ''}${summaryOf(report)}\n`,
  json: (report) => formatJson({ ...countsOf(report), issues: report.issues }),
  github: ({ issues }) => formatGithub(issues),
  sarif: ({ issues }, version) => formatJson(formatSarif(issues, { version })),
  junit: ({ issues, files, texts, isStrict }) => formatJunit(issues, { files, texts, strict: isStrict }),
  gitlab: ({ issues }) => formatJson(formatGitlab(issues)),
};

/** What `--output` names. */
export interface Output {
  format: string;
  file: string;
}

/** Reads values such as `junit=report.xml`. Throws a usage error for any other. */
export function readOutputs(values: readonly string[]): Output[] {
  const outputs = values.map((value) => {
    const [, format = '', file = ''] = /^([^=]*)=(.+)$/s.exec(value) ?? [];
    if (file === '')
      throw usageError(
        `--output does not accept ${JSON.stringify(value)}`,
        'Write it like junit=report.xml.',
      );
    if (!Object.hasOwn(FORMATS, format)) {
      const known = Object.keys(FORMATS);
      throw usageError(
        `--output has no format ${JSON.stringify(format)}; it is one of ${known.join(', ')}`,
        didYouMean(format, known),
      );
    }
    return { format, file };
  });
  const twice = outputs.find(({ file }, index) => outputs.findIndex((other) => other.file === file) < index);
  if (twice) throw usageError(`two reports go to ${JSON.stringify(twice.file)}`, 'Name another file.');
  return outputs;
}

/** A report in one of the formats, without colour. */
export function formatReport(format: string, report: Report, { version }: Pick<Context, 'version'>): string {
  return FORMATS[format]!(report, version);
}

/** Writes all reports that `--output` asks for, and the directories they go to. */
export function writeReports(outputs: readonly Output[], report: Report, context: Context): void {
  for (const { format, file } of outputs) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, formatReport(format, report, context));
    } catch (error) {
      throw new CommandFailure(EXIT.failed, `cannot write ${JSON.stringify(file)}: ${reasonOf(error)}`);
    }
  }
}
