import { readJournals } from '@haos/cc';
import { type DataSourceReport, hasFailed, readDataSourceReport } from '@haos/cc/datasources';
import {
  type ConfigTry,
  type ConfigurationStatus,
  describeConfiguration,
  type PhaseJournal,
  readTry,
  summariseConfiguration,
} from '@haos/cc/internal';
import { type Mode, readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { formatOutcome } from '../datasource/format-outcome.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { formatJson } from '../format-json.js';
import { createPaint, type Paint } from '../paint.js';
import { formatIssues } from './format-issues.js';
import { openHost } from './host.js';

/** `haos config status`: prints what each phase did in this boot. */
export async function runStatus(
  invocation: Invocation<'root' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const host = openHost(invocation, context);
  const phases = readJournals(host);
  const mode = readMode(host);
  const dataSources = readDataSourceReport(host);
  const trial = readTry(host);
  if (invocation.text('format') === 'json')
    context.out(formatJson({ mode: mode ?? null, phases, dataSources, trial: trial && summariseTry(trial) }));
  else context.out(formatStatus({ mode, phases, dataSources, trial }, await context.hasColor('out')));
  return statusOf(phases, dataSources);
}

function statusOf(phases: readonly PhaseJournal[], dataSources: DataSourceReport | undefined): ExitStatus {
  if (phases.length === 0 || phases.some(({ state }) => state !== 'done')) return EXIT.failed;
  const isWrong = dataSources !== undefined && hasFailed(dataSources);
  return isWrong || phases.some(({ exitStatus }) => exitStatus !== 0) ? EXIT.failedSteps : EXIT.done;
}

interface Status {
  mode: Mode | undefined;
  phases: readonly PhaseJournal[];
  /** Undefined: no data source was asked. */
  dataSources: DataSourceReport | undefined;
  trial?: ConfigTry | undefined;
}

/** What programs may know of a trial, without the previous file. */
function summariseTry({ id, name, state, digest, expires, boots, needBoot, reason }: ConfigTry): object {
  return { id, name, state, digest, expires, boots, needBoot, reason: reason ?? null };
}

/** Formats the journals for people. */
export function formatStatus({ mode, phases, dataSources, trial }: Status, color: boolean): string {
  const paint = createPaint(color);
  const configuration = summariseConfiguration(phases, dataSources);
  const lines = [
    `mode: ${mode ?? 'none'}`,
    ...(trial ? formatTry(trial, paint) : []),
    ...(phases.length > 0 ? formatConfiguration(configuration, color) : []),
    ...phases.flatMap((phase) => formatPhase(phase, paint)),
    ...(dataSources ? formatDataSources(dataSources, paint) : []),
  ];
  if (phases.length === 0) lines.push('no phase ran in this boot');
  return `${lines.join('\n')}\n`;
}

/** Says what is on trial, or what was reverted; a confirmed file is one like any other. */
function formatTry({ name, state, expires, reason }: ConfigTry, paint: Paint): string[] {
  if (state === 'confirmed') return [];
  const file = `${paint('bold', 'trial')}: config.d/${name}`;
  if (state === 'pending')
    return [`${file} until ${new Date(expires).toISOString()}; keep it with 'haos config confirm'`];
  const why =
    reason === 'asked'
      ? ''
      : `: it was not confirmed before ${reason === 'booted' ? 'the node booted' : 'its time was over'}`;
  return [`${file} ${state === 'reverting' ? 'is being' : 'was'} reverted${why}`];
}

/** Formats the problems of the configuration once, although each phase read it. */
function formatConfiguration(configuration: ConfigurationStatus, color: boolean): string[] {
  const text = formatIssues({ issues: configuration.issues, texts: new Map() }, color);
  const lines = text.split('\n').filter((line) => line !== '');
  return [
    `${createPaint(color)('bold', 'configuration')}: ${describeConfiguration(configuration)}`,
    ...lines.map((line) => `  ${line}`),
  ];
}

function formatPhase(
  { phase, state, exitStatus, started, ended, steps }: PhaseJournal,
  paint: Paint,
): string[] {
  const failed = steps.filter(({ status }) => status === 'failed');
  const time = ended === undefined ? '' : `, ${((ended - started) / 1000).toFixed(1)} s`;
  const outcome =
    state !== 'done'
      ? paint('yellow', 'not finished')
      : exitStatus === 0
        ? 'done'
        : paint('red', 'done, with failures');
  const changed = steps.filter(({ status }) => status === 'changed').length;
  return [
    `${paint('bold', phase)}: ${outcome}; began ${new Date(started).toISOString()}${time}; ${steps.length} steps, ${changed} changed`,
    ...failed.flatMap(({ applier, failures }) =>
      failures.flatMap(({ message, hint }) => [
        `  failed ${applier}: ${message}`,
        ...(hint ? [`    hint: ${hint}`] : []),
      ]),
    ),
    ...steps.flatMap(({ applier, notes }) => notes.map((note) => `  ${applier}: ${note}`)),
  ];
}

function formatDataSources(report: DataSourceReport, paint: Paint): string[] {
  const outcome =
    report.state !== 'done'
      ? paint('yellow', 'not finished')
      : hasFailed(report)
        ? paint('red', 'nothing found')
        : 'done';
  const lines = report.sources.map(formatOutcome).join('').trimEnd().split('\n');
  return [
    `${paint('bold', 'data sources')}: ${outcome}`,
    ...lines.filter(Boolean).map((line) => `  ${line}`),
  ];
}
