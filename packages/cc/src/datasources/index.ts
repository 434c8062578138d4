export { DATA_SOURCES } from '../model/values.js';
export type { Delivery } from './deliver.js';
export {
  askDataSources,
  type DataSourceAnswers,
  type DataSourceOptions,
  fetchDataSources,
} from './fetch-data-sources.js';
export {
  type DataSourceOutcome,
  type DataSourceReport,
  type DataSourceStatus,
  hasFailed,
  readDataSourceReport,
} from './report.js';
export type { DataSourceName, Metadata } from './types.js';
