import type { PhaseJournal } from '../apply/journal.js';
import type { Failure, Phase } from '../apply/types.js';
import { type DataSourceReport, hasFailed } from '../datasources/report.js';
import type { Issue, Severity } from '../issue.js';
import { oneLine } from '../report/text.js';

/** What came of the configuration in this boot, all phases together. */
export interface ConfigurationStatus {
  /** `none`: no phase ran. `running`: one has not ended, or was cut off. */
  state: 'none' | 'running' | 'done';
  /** The phases that ran, in their order. */
  phases: readonly Phase[];
  /** What is wrong with the configuration: errors first. An error means that something was left out. */
  issues: readonly Issue[];
  /** Steps that failed, with the reason, without those that `issues` explains. */
  failures: readonly FailedPart[];
  /** Data sources were asked, and none of them answered. */
  hasNoData: boolean;
  /** The applier of the step that runs, or that ran when a phase was cut off. */
  current?: string;
}

/** One part of the configuration that could not be applied. */
export interface FailedPart extends Failure {
  phase: Phase;
  applier: string;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** What came of the configuration, from the journals of this boot and what the data sources said. */
export function summariseConfiguration(
  journals: readonly PhaseJournal[],
  dataSources?: DataSourceReport,
): ConfigurationStatus {
  const isDone = journals.every(({ state }) => state === 'done');
  const current = journals.findLast(({ state }) => state !== 'done')?.current;
  return {
    state: journals.length === 0 ? 'none' : isDone ? 'done' : 'running',
    phases: journals.map(({ phase }) => phase),
    issues: sortIssues(lastIssues(journals)),
    failures: lastFailures(journals),
    hasNoData: dataSources !== undefined && hasFailed(dataSources),
    ...(current === undefined ? {} : { current }),
  };
}

/** Errors first, then warnings, otherwise in their order. */
export function sortIssues(issues: readonly Issue[]): Issue[] {
  return ORDER.flatMap((wanted) => issues.filter(({ severity }) => severity === wanted));
}

/**
 * One line for a person, such as `1 error, 2 warnings` or `done`; it has no values of the configuration, so everybody may read it.
 */
export function describeConfiguration(status: ConfigurationStatus): string {
  const { state, issues, failures, hasNoData, current } = status;
  const count = (wanted: Severity) => issues.filter(({ severity }) => severity === wanted).length;
  const parts = [
    plural(count('error'), 'error'),
    plural(count('warning'), 'warning'),
    plural(failures.length, 'failure'),
    hasNoData ? 'no data source answered' : undefined,
  ].filter((part) => part !== undefined);
  const outcome = {
    none: 'not applied',
    running: current ? `not finished (at ${current})` : 'not finished',
    done: 'done',
  }[state];
  return parts.length === 0 ? outcome : [...(state === 'done' ? [] : [outcome]), ...parts].join(', ');
}

/** How many issues there is room for above a login prompt. */
const LISTED = 4;

/**
 * The first issues in a line each, errors first, such as `  error: unknown key haos.tokn (config.yaml:2), did you mean token?`. A line
 * has no value of a key, so everybody may read it.
 */
export function listIssues({ issues }: Pick<ConfigurationStatus, 'issues'>): string[] {
  const lines = issues.slice(0, LISTED).map(({ severity, message, origin, hint }) => {
    const place = origin ? ` (${origin.file}:${origin.line})` : '';
    return oneLine(`  ${severity}: ${message}${place}${hint ? `, ${hint}` : ''}`);
  });
  const left = issues.length - lines.length;
  return left > 0 ? [...lines, `  ... and ${left} more`] : lines;
}

function plural(count: number, word: string): string | undefined {
  return count === 0 ? undefined : `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** What fails in several phases is listed once, as the last of them reports it. */
function lastFailures(journals: readonly PhaseJournal[]): FailedPart[] {
  const found = new Map<string, FailedPart>();
  for (const part of journals.flatMap(failuresOf)) found.set(`${part.applier}: ${part.message}`, part);
  return [...found.values()];
}

/** The failures of a phase, without those that one of its issues explains. */
function failuresOf({ phase, steps, issues }: PhaseJournal): FailedPart[] {
  const told = new Set(issues.filter(({ severity }) => severity === 'error').map(({ pointer }) => pointer));
  return steps.flatMap(({ applier, failures }) =>
    failures
      .filter(({ pointer }) => pointer === undefined || !told.has(pointer))
      .map((failure) => ({ ...failure, phase, applier })),
  );
}

/** Each phase reads the configuration again: what the last one did not find is not wrong any more. */
function lastIssues(journals: readonly PhaseJournal[]): readonly Issue[] {
  const [last] = [...journals].sort((a, b) => b.started - a.started);
  return last?.issues ?? [];
}
