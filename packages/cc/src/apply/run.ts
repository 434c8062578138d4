import { createRedactor, type Host, isHaosError, type Operation, redactUrl } from '@haos/host';
import { type Mode, readMode, readVersion } from '@haos/system';
import { proxyOf } from '../appliers/environment/environment.js';
import type { CloudConfig } from '../generated/types.js';
import { requireTypes } from '../model/check-types.js';
import { secretsOf } from '../model/secrets.js';
import { requirePhaseOptions } from '../require-argument.js';
import { sequence } from './sequence.js';
import type { Applier, ApplyContext, Failure, Phase, PhaseResult, StepResult, StepStatus } from './types.js';

export interface ApplyOptions {
  host: Host;
  phase: Phase;
  /** Default: the mode that early boot wrote to `/run/haos/mode`. */
  mode?: Mode;
  /**
   * A source was unreadable or had an invalid value, so a missing key may still be wanted. Nothing
   * is removed because it is missing. Default false.
   */
  incomplete?: boolean;
  /** Why k3s must not start, such as a misspelt `server_url`. Default: nothing prevents it. */
  k3sHold?: string | undefined;
  /**
   * Milliseconds after which unanswered downloads are cancelled; default 60,000 for all together.
   */
  fetchBudget?: number;
  /** Cancels downloads early. */
  signal?: AbortSignal;
  /** Called with each line that a configured command prints. */
  onOutput?: (line: string) => void;
  /** Called with the name of a step before it begins. */
  onBegin?: (applier: string, steps: readonly StepResult[]) => void;
  /** Called after a step, for the progress and the journal. */
  onStep?: (step: StepResult, steps: readonly StepResult[]) => void;
}

const FETCH_BUDGET = 60_000;

/**
 * On a booting node, the network may still be coming up. The budget, not this number, ends the
 * retries.
 */
const PATIENT_RETRIES = 30;

/**
 * Applies a configuration in one phase. A failed step does not stop the phase: the result lists
 * every step, and its failures never contain a secret. Applying twice changes nothing the second
 * time. Throws HAOS_CC_ARGUMENT for a configuration with values of a wrong type, and for invalid
 * options.
 */
export async function apply(config: CloudConfig, options: ApplyOptions): Promise<PhaseResult> {
  requirePhaseOptions(options);
  requireTypes(config);
  const { host, phase } = options;
  const redact = createRedactor(secretsOf(config));
  const budget = new AbortController();
  const deadline = options.signal ? AbortSignal.any([budget.signal, options.signal]) : budget.signal;
  const frame = {
    host,
    phase,
    mode: options.mode ?? readMode(host),
    version: readVersion(host),
    incomplete: options.incomplete ?? false,
    k3sHold: options.k3sHold,
    deadline,
    redact,
  };
  const active = sequence[phase].filter((applier) => isActive(applier, config));
  const downloads = startDownloads(active, config, { ...options, frame });
  if (downloads.size > 0) void giveUpAfter(options.fetchBudget ?? FETCH_BUDGET, host, budget);
  const steps: StepResult[] = [];
  for (const applier of active) {
    options.onBegin?.(applier.name, steps);
    const step = await runStep(applier, config, { ...options, frame, download: downloads.get(applier.name) });
    steps.push(step);
    options.onStep?.(step, steps);
  }
  budget.abort(new Error('the phase is over'));
  return { phase, steps };
}

interface Frame {
  host: Host;
  phase: Phase;
  mode: Mode | undefined;
  version: string | undefined;
  incomplete: boolean;
  k3sHold: string | undefined;
  deadline: AbortSignal;
  redact: (text: string) => string;
}

type StepOptions = ApplyOptions & { frame: Frame; download?: Download | undefined };

function isActive(applier: Applier, config: CloudConfig): boolean {
  return applier.always === true || applier.keys.some((key) => isSet(config, key));
}

/** Returns whether the configuration sets a documented key, such as `haos.ntp_servers`. */
export function isSet(config: CloudConfig, key: string): boolean {
  const names = key
    .split('.')
    .map((part) => part.replace(/_[a-z0-9]/g, (match) => match.slice(1).toUpperCase()));
  return (
    names.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], config) !==
    undefined
  );
}

interface Download {
  result: Promise<unknown>;
  /** The downloads that the step started so far. */
  operations: Operation[];
}

/** Starts all downloads of the phase at once, before the steps that need them. */
function startDownloads(
  appliers: readonly Applier[],
  config: CloudConfig,
  options: StepOptions,
): Map<string, Download> {
  const downloads = new Map<string, Download>();
  if (options.host.kind === 'plan') return downloads;
  for (const applier of appliers) {
    if (!applier.fetch || !applier.keys.some((key) => isSet(config, key))) continue;
    const operations: Operation[] = [];
    const context = createContext(config, options, { failures: [], notes: [] });
    const result = applier.fetch(config, { ...context, host: withOwnFetches(options.host, operations) });
    // The step handles a rejection when it runs. This keeps it from being unhandled until then.
    result.catch(() => undefined);
    downloads.set(applier.name, { result, operations });
  }
  return downloads;
}

/**
 * Returns the same host, but also records downloads for the step that they belong to, because they
 * run while other steps do.
 */
function withOwnFetches(host: Host, operations: Operation[]): Host {
  const fetch: Host['fetch'] = (url, fetchOptions) => {
    operations.push({ kind: 'fetch', status: 'done', url: redactUrl(url) });
    return host.fetch(
      url,
      host.kind === 'live' ? { retries: PATIENT_RETRIES, ...fetchOptions } : fetchOptions,
    );
  };
  return Object.create(host, { fetch: { value: fetch } }) as Host;
}

async function giveUpAfter(milliseconds: number, host: Host, budget: AbortController): Promise<void> {
  try {
    await host.clock.sleep(milliseconds, budget.signal);
    budget.abort(new Error(`no answer within ${Math.round(milliseconds / 1000)} s`));
  } catch {
    // The phase ended first.
  }
}

interface Findings {
  failures: Failure[];
  notes: string[];
}

function createContext(
  config: CloudConfig,
  { frame, onOutput }: StepOptions,
  findings: Findings,
): ApplyContext {
  const { redact, ...context } = frame;
  return {
    ...context,
    proxy: proxyOf(config.haos?.environment ?? {}),
    output: (line) => onOutput?.(line),
    note: (text) => findings.notes.push(redact(text)),
    attempt: async (part) => {
      try {
        await part();
      } catch (error) {
        findings.failures.push(toFailure(error, redact));
      }
    },
  };
}

async function runStep(applier: Applier, config: CloudConfig, options: StepOptions): Promise<StepResult> {
  const { host } = options;
  const findings: Findings = { failures: [], notes: [] };
  const context = createContext(config, options, findings);
  const started = host.clock.now();
  const before = host.operations.length;
  host.log('apply', `${options.phase}: ${applier.name}`);
  await context.attempt(async () => applier.apply(config, context, await options.download?.result));
  const own = host.operations.slice(before).filter(({ kind }) => kind !== 'fetch');
  const operations = [...(options.download?.operations ?? []), ...own];
  return {
    applier: applier.name,
    status: statusOf(operations, findings),
    operations,
    ...findings,
    started,
    ended: host.clock.now(),
  };
}

/** Returns whether an operation happens on every run and so does not count as a change. */
export function isAction(operation: Operation): boolean {
  return operation.kind === 'run' || operation.kind === 'fetch';
}

function statusOf(operations: readonly Operation[], { failures, notes }: Findings): StepStatus {
  if (failures.length > 0) return 'failed';
  if (operations.some((operation) => !isAction(operation) && operation.status !== 'deferred'))
    return 'changed';
  if (operations.some((operation) => operation.status !== 'deferred')) return 'ran';
  if (operations.length > 0) return 'deferred';
  return notes.length > 0 ? 'skipped' : 'unchanged';
}

function toFailure(error: unknown, redact: (text: string) => string): Failure {
  if (isHaosError(error))
    return {
      code: error.code,
      message: redact(error.message),
      ...(error.hint ? { hint: redact(error.hint) } : {}),
      ...(typeof error.details.pointer === 'string' ? { pointer: error.details.pointer } : {}),
    };
  return { code: 'HAOS_INTERNAL', message: redact(error instanceof Error ? error.message : String(error)) };
}
