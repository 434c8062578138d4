import { type Host, isHaosError } from '@haos/host';
import { askService } from './ask-service.js';
import { type Delivery, deliver } from './deliver.js';
import { detectCloud } from './detect-cloud.js';
import { readConfigDrive, readSeedDrive } from './drive.js';
import { type DataSourceOutcome, type DataSourceReport, writeReport } from './report.js';
import { services } from './services.js';
import type { DataSourceName, Found, Metadata } from './types.js';
import { waitForNetwork } from './wait-for-network.js';

/** Milliseconds for a data source that the firmware names, and for any other. */
const BUDGET = { named: 60_000, unnamed: 5_000 };
/** Milliseconds between two checks for a drive that may appear later. */
const PAUSE = 250;

export interface DataSourceOptions {
  /**
   * A server to ask instead of the clouds' own addresses, such as one of `@haos/cc/testing`. The
   * firmware is then ignored.
   */
  endpoint?: string;
  /**
   * Milliseconds until a data source counts as failed. Default: 60,000 for the one that the
   * firmware names, else 5,000.
   */
  budget?: number;
  /** Called after each data source with its outcome. */
  onOutcome?: (outcome: DataSourceOutcome) => void;
}

/** The combined results, and the outcome of each data source. */
export interface DataSourceAnswers {
  report: DataSourceReport;
  delivery: Delivery;
}

/**
 * Asks data sources in this order until one has user data. Waits for the network before the first
 * one that needs it. If several have a metadata value, the first counts. Changes nothing. Never
 * throws because of a data source.
 */
export async function askDataSources(
  host: Host,
  names: readonly DataSourceName[],
  options: DataSourceOptions = {},
): Promise<DataSourceAnswers> {
  const started = host.clock.now();
  const sources: DataSourceOutcome[] = [];
  const delivery: Delivery = { provider: undefined, userData: undefined, metadata: {} };
  const cloud = options.endpoint === undefined ? detectCloud(host) : undefined;
  for (const name of new Set(names)) {
    const begun = host.clock.now();
    const { found, ...outcome } = await askOne(host, { name, cloud, ...options });
    if (found && outcome.status !== 'none') add(delivery, name, found);
    sources.push({ name, ...outcome, time: host.clock.now() - begun });
    options.onOutcome?.(sources.at(-1)!);
    if (delivery.userData) break;
  }
  return { report: { state: 'done', started, ended: host.clock.now(), sources }, delivery };
}

/**
 * Asks data sources as `askDataSources` does, writes the results below `/run/config`, and writes
 * the report for `haos config status`. Throws HAOS_FILE_* if it cannot write them.
 */
export async function fetchDataSources(
  host: Host,
  names: readonly DataSourceName[],
  options: DataSourceOptions = {},
): Promise<DataSourceAnswers> {
  writeReport(host, { state: 'running', started: host.clock.now(), ended: undefined, sources: [] });
  const answers = await askDataSources(host, names, options);
  deliver(host, answers.delivery);
  writeReport(host, answers.report);
  return answers;
}

interface OneOptions extends DataSourceOptions {
  name: DataSourceName;
  /** The cloud that the firmware names. */
  cloud: DataSourceName | undefined;
}

type Outcome = Pick<DataSourceOutcome, 'status' | 'message' | 'hint'> & { found?: Found };

async function askOne(host: Host, { name, cloud, endpoint, budget, ...rest }: OneOptions): Promise<Outcome> {
  const isNamed = name === cloud;
  const wrongCloud = skipReason({ name, cloud, endpoint, ...rest });
  if (wrongCloud !== undefined) return { status: 'skipped', message: wrongCloud };
  try {
    const limit = budget ?? (isNamed ? BUDGET.named : BUDGET.unnamed);
    const found = await ask(host, name, { budget: limit, endpoint });
    return { status: statusOf(found), message: found?.problem, ...(found && { found }) };
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return { status: 'failed', message: error.message, hint: error.hint };
  }
}

/**
 * Returns why to skip a data source. Many clouds have a tree like that of another at the same
 * address, so the firmware decides if it can.
 */
function skipReason({ name, cloud, endpoint }: OneOptions): string | undefined {
  if (name === 'cdrom' || endpoint !== undefined || name === cloud) return undefined;
  if (cloud !== undefined) return `this machine is in ${cloud}`;
  return name === 'packet' ? 'this machine is not from Packet or Equinix Metal' : undefined;
}

async function ask(
  host: Host,
  name: DataSourceName,
  options: { budget: number; endpoint: string | undefined },
): Promise<Found | undefined> {
  if (name === 'cdrom') return waitForDrive(host, options.budget);
  const drive =
    name === 'openstack' && options.endpoint === undefined ? await readConfigDrive(host) : undefined;
  if (drive) return drive;
  await waitForNetwork(host);
  return askService(services[name], host, options);
}

/** Waits for a drive, because drives may appear later. In a directory tree it does not wait. */
async function waitForDrive(host: Host, budget: number): Promise<Found | undefined> {
  const end = host.clock.now() + budget;
  for (;;) {
    const found = await readSeedDrive(host);
    if (found || host.kind !== 'live' || host.clock.now() >= end) return found;
    await host.clock.sleep(PAUSE);
  }
}

function statusOf(found: Found | undefined): DataSourceOutcome['status'] {
  if (found?.userData) return 'user-data';
  if (found?.problem !== undefined) return 'failed';
  if (found?.network) return 'metadata';
  const values = Object.values(found?.metadata ?? {}) as Metadata[keyof Metadata][];
  return values.some((value) => value !== undefined && value.length > 0) ? 'metadata' : 'none';
}

function add(delivery: Delivery, name: DataSourceName, { userData, metadata, network }: Found): void {
  delivery.metadata = mergeMetadata(delivery.metadata, metadata);
  delivery.network ??= network;
  delivery.userData = userData;
  if (userData || delivery.provider === undefined) delivery.provider = name;
}

/** Merges metadata. Values of the first win; an empty list does not count as a value. */
function mergeMetadata(first: Metadata, second: Metadata): Metadata {
  const present = Object.entries(first).filter(([, value]) => value !== undefined && value.length > 0);
  return { ...second, ...Object.fromEntries(present) };
}
