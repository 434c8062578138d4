import { type Host, isHaosError, type Operation } from '@haos/host';
import type { Mode } from '@haos/system';
import type { Applier, ApplyContext, Phase } from '../apply/types.js';
import type { CloudConfig } from '../generated/types.js';
import { proxyOf } from './environment/environment.js';

/** How to run one applier in a test. */
export interface RunApplierOptions {
  host: Host;
  /** Default `runtime`. */
  phase?: Phase;
  /** Default `disk`. */
  mode?: Mode;
  version?: string;
  incomplete?: boolean;
  k3sHold?: string;
}

/** What one run did and reported. */
export interface ApplierRun {
  operations: readonly Operation[];
  /** The operations that change the machine: no commands and no downloads. */
  changes: readonly Operation[];
  /** The codes of the failures, in order. */
  failures: readonly string[];
  /** The messages of the failures. */
  messages: readonly string[];
  notes: readonly string[];
  output: readonly string[];
}

/**
 * Runs one applier as a phase does: downloads first. Anything that it throws counts as a failure.
 */
export async function runApplier<Fetched>(
  applier: Applier<Fetched>,
  config: CloudConfig,
  options: RunApplierOptions,
): Promise<ApplierRun> {
  const { host } = options;
  const failures: string[] = [];
  const messages: string[] = [];
  const notes: string[] = [];
  const output: string[] = [];
  const context: ApplyContext = {
    host,
    phase: options.phase ?? 'runtime',
    mode: options.mode ?? 'disk',
    version: options.version,
    incomplete: options.incomplete ?? false,
    k3sHold: options.k3sHold,
    proxy: proxyOf(config.haos?.environment ?? {}),
    deadline: new AbortController().signal,
    output: (line) => output.push(line),
    note: (text) => notes.push(text),
    async attempt(part) {
      try {
        await part();
      } catch (error) {
        failures.push(isHaosError(error) ? error.code : 'not a HaosError');
        messages.push(String(error));
      }
    },
  };
  const before = host.operations.length;
  await context.attempt(async () => {
    const fetched = host.kind === 'plan' ? undefined : await applier.fetch?.(config, context);
    await applier.apply(config, context, fetched);
  });
  const operations = host.operations.slice(before);
  const changes = operations.filter(({ kind }) => kind !== 'run' && kind !== 'fetch');
  return { operations, changes, failures, messages, notes, output };
}

/** Runs an applier twice. The second run must not change anything. */
export async function runTwice<Fetched>(
  applier: Applier<Fetched>,
  config: CloudConfig,
  options: RunApplierOptions,
): Promise<{ first: ApplierRun; second: ApplierRun }> {
  const first = await runApplier(applier, config, options);
  const second = await runApplier(applier, config, options);
  return { first, second };
}
