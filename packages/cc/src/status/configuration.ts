import type { PhaseJournal } from '../apply/journal.js';
import type { Failure, Phase } from '../apply/types.js';
import { type DataSourceReport, hasFailed } from '../datasources/report.js';
import type { Issue, Severity } from '../issue.js';
import { oneLine } from '../report/text.js';

/** The state of the configuration in this boot, over all phases. */
export interface ConfigurationStatus {
  /** `none`: no phase ran. `running`: a phase has not ended, or was interrupted. */
  state: 'none' | 'running' | 'done';
  /** The phases that ran, in their order. */
  phases: readonly Phase[];
  /** The issues of the configuration, errors first. An error means that something was left out. */
  issues: readonly Issue[];
  /** Failed steps with the reason, without those that `issues` explains. */
  failures: readonly FailedPart[];
  /** True if data sources were asked and none of them answered. */
  hasNoData: boolean;
  /** The applier of the running step, or of the step at which a phase was interrupted. */
  current?: string;
}

/** One part of the configuration that could not be applied. */
export interface FailedPart extends Failure {
  phase: Phase;
  applier: string;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * Returns the state of the configuration, from the journals of this boot and the report of the data
 * sources.
 */
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

/** Sorts errors first, then warnings, and otherwise keeps the order. */
function sortIssues(issues: readonly Issue[]): Issue[] {
  return ORDER.flatMap((wanted) => issues.filter(({ severity }) => severity === wanted));
}

/**
 * Returns one line for a person, such as `1 error, 2 warnings` or `done`. It contains no values of
 * the configuration, so all users may read it.
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

/** The number of issues that fit above a login prompt. */
const LISTED = 4;

/**
 * Returns one line for each of the first issues, errors first, such as `  error: unknown key
 * haos.tokn (config.yaml:2). Did you mean token?`. A line contains no value of a key, so all users
 * may read it.
 */
export function listIssues({ issues }: Pick<ConfigurationStatus, 'issues'>): string[] {
  const lines = issues.slice(0, LISTED).map(({ severity, message, origin, hint }) => {
    const place = origin ? ` (${origin.file}:${origin.line})` : '';
    return oneLine(`  ${severity}: ${message}${place}${hint ? `. ${hint}` : ''}`);
  });
  const left = issues.length - lines.length;
  return left > 0 ? [...lines, `  ... and ${left} more`] : lines;
}

function plural(count: number, word: string): string | undefined {
  return count === 0 ? undefined : `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Lists a failure of several phases once, as the last of them reports it. */
function lastFailures(journals: readonly PhaseJournal[]): FailedPart[] {
  const found = new Map<string, FailedPart>();
  for (const part of journals.flatMap(failuresOf)) found.set(`${part.applier}: ${part.message}`, part);
  return [...found.values()];
}

/** Returns the failures of a phase, without those that one of its issues explains. */
function failuresOf({ phase, steps, issues }: PhaseJournal): FailedPart[] {
  const told = new Set(issues.filter(({ severity }) => severity === 'error').map(({ pointer }) => pointer));
  return steps.flatMap(({ applier, failures }) =>
    failures
      .filter(({ pointer }) => pointer === undefined || !told.has(pointer))
      .map((failure) => ({ ...failure, phase, applier })),
  );
}

/** Each phase reads the configuration again, so only what the last one found is still wrong. */
function lastIssues(journals: readonly PhaseJournal[]): readonly Issue[] {
  const [last] = [...journals].sort((a, b) => b.started - a.started);
  return last?.issues ?? [];
}
