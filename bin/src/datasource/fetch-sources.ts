import {
  askDataSources,
  DATA_SOURCES,
  type DataSourceName,
  type DataSourceOutcome,
  fetchDataSources,
  hasFailed,
} from '@haos/cc/datasources';
import { readConfig } from '@haos/cc/internal';
import type { Context, Invocation } from '../command.js';
import { openHost, openMachine } from '../config/host.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { formatOutcome } from './format-outcome.js';

/** `haos datasource fetch`: asks data sources, and writes what they deliver. */
export async function runFetchSources(
  invocation: Invocation<'root' | 'format' | 'endpoint', 'dry-run'>,
  context: Context,
): Promise<ExitStatus> {
  const isDryRun = invocation.has('dry-run');
  const isJson = invocation.text('format') === 'json';
  const endpoint = invocation.text('endpoint');
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const named = invocation.operands.map(checkName);
  // What a cloud would give can be asked from any system; only a node has sources of its own.
  const isAnywhere = isDryRun && named.length > 0;
  const host = (isAnywhere ? openMachine : openHost)(invocation, context);
  const names = named.length > 0 ? named : await configuredNames(host);
  context.onInterrupt();
  const tell = (outcome: DataSourceOutcome) => context.err(formatOutcome(outcome));
  const ask = isDryRun ? askDataSources : fetchDataSources;
  const onOutcome = isJson ? undefined : tell;
  const { report, delivery } = await ask(host, names, { endpoint, onOutcome });
  if (isJson) {
    const { userData, metadata, provider } = delivery;
    const result = { ...report, provider: provider ?? null, userDataBytes: userData?.length ?? 0, metadata };
    context.out(`${JSON.stringify(result, null, 2)}\n`);
  } else if (names.length === 0) {
    context.err('no data source is configured\n');
  }
  return hasFailed(report) ? EXIT.failedSteps : EXIT.done;
}

async function configuredNames(host: Parameters<typeof readConfig>[0]): Promise<DataSourceName[]> {
  const { config } = await readConfig(host);
  return (config.haos?.dataSources ?? []).filter(isName);
}

function isName(name: string): name is DataSourceName {
  return DATA_SOURCES.some((known) => known === name);
}

/** Returns the name as that of a data source; throws a usage error if it is not one. */
export function checkName(name: string): DataSourceName {
  if (isName(name)) return name;
  throw usageError(`unknown data source ${JSON.stringify(name)}`, `Use one of ${DATA_SOURCES.join(', ')}.`);
}

function checkEndpoint(text: string): void {
  if (URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)) return;
  throw usageError('the endpoint is not an http URL', 'Write it like http://127.0.0.1:8080.');
}
