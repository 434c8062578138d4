import { type Host, isHaosError } from '@haos/host';
import { layout } from '@haos/system';
import type { DataSourceName } from './types.js';

/**
 * `user-data`: it has some, and the search ends · `metadata`: it has only the rest · `none`: it was looked at and has nothing ·
 * `failed`: it did not answer, or with something else · `skipped`: the firmware names another cloud.
 */
export type DataSourceStatus = 'user-data' | 'metadata' | 'none' | 'failed' | 'skipped';

/** What came of asking one data source. */
export interface DataSourceOutcome {
  name: DataSourceName;
  status: DataSourceStatus;
  /** Milliseconds. */
  time: number;
  /** Why it failed or was skipped, or what could not be had. */
  message?: string | undefined;
  hint?: string | undefined;
}

/** What came of asking the data sources in this boot, in the order in which they were asked. */
export interface DataSourceReport {
  /** `running` also when it was interrupted. */
  state: 'running' | 'done';
  /** Milliseconds since the epoch. */
  started: number;
  ended: number | undefined;
  sources: readonly DataSourceOutcome[];
}

/** Whether nothing was found, and not for want of anything to find. */
export function hasFailed({ sources }: DataSourceReport): boolean {
  const found = sources.some(({ status }) => status === 'user-data' || status === 'metadata');
  return !found && sources.some(({ status }) => status === 'failed');
}

/** Keeps the report for `haos config status`; a node that cannot is configured all the same. */
export function writeReport(host: Host, report: DataSourceReport): void {
  try {
    host.files.write(layout.dataSources, `${JSON.stringify(report)}\n`, { mode: 0o600 });
  } catch (error) {
    if (!isHaosError(error)) throw error;
    host.log('datasource', `report not written: ${error.message}`);
  }
}

/** The report of this boot; undefined when no data source was asked. */
export function readDataSourceReport({ files }: Host): DataSourceReport | undefined {
  try {
    const text = files.readTextIfExists(layout.dataSources);
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isReport(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isHaosError(error)) return undefined;
    throw error;
  }
}

function isReport(value: unknown): value is DataSourceReport {
  return (
    typeof value === 'object' && value !== null && Array.isArray((value as { sources?: unknown }).sources)
  );
}
