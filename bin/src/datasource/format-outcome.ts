import type { DataSourceOutcome, DataSourceStatus } from '@haos/cc/datasources';

const WORDS: Readonly<Record<DataSourceStatus, string>> = {
  'user-data': 'has user data',
  metadata: 'has metadata, but no user data',
  none: 'has nothing',
  failed: 'failed',
  skipped: 'skipped',
};

/** Formats the result of one data source for people. */
export function formatOutcome({ name, status, time, message, hint }: DataSourceOutcome): string {
  const took = status === 'skipped' ? '' : `, ${(time / 1000).toFixed(1)} s`;
  const reason = message === undefined ? '' : `: ${message}`;
  return `${name}: ${WORDS[status]}${took}${reason}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`;
}
