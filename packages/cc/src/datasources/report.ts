import { type Host, isHaosError } from '@haos/host';
import { layout } from '@haos/system';
import type { DataSourceName } from './types.js';

/**
 * `user-data`: it has user data, and the search ends · `metadata`: it has only metadata · `none`:
 * it was read and has nothing · `failed`: it did not answer, or gave a wrong answer · `skipped`:
 * the firmware names another cloud.
 */
export type DataSourceStatus = 'user-data' | 'metadata' | 'none' | 'failed' | 'skipped';

/** The outcome of one data source. */
export interface DataSourceOutcome {
  name: DataSourceName;
  status: DataSourceStatus;
  /** Milliseconds. */
  time: number;
  /** Why it failed or was skipped, or which part could not be read. */
  message?: string | undefined;
  hint?: string | undefined;
}

/** The outcomes of the data sources in this boot, in the order in which they were asked. */
export interface DataSourceReport {
  /** Stays `running` if the search was interrupted. */
  state: 'running' | 'done';
  /** Milliseconds since the epoch. */
  started: number;
  ended: number | undefined;
  sources: readonly DataSourceOutcome[];
}

/** Returns whether nothing was found because data sources failed. */
export function hasFailed({ sources }: DataSourceReport): boolean {
  const found = sources.some(({ status }) => status === 'user-data' || status === 'metadata');
  return !found && sources.some(({ status }) => status === 'failed');
}

/**
 * Writes the report for `haos config status`. A failed write is logged, because the node must be
 * configured anyway.
 */
export function writeReport(host: Host, report: DataSourceReport): void {
  try {
    host.files.write(layout.dataSources, `${JSON.stringify(report)}\n`, { mode: 0o600 });
  } catch (error) {
    if (!isHaosError(error)) throw error;
    host.log('datasource', `report not written: ${error.message}`);
  }
}

/** Returns the report of this boot, or undefined if no data source was asked. */
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
