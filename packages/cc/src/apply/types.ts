import type { Host, Operation, ProxySettings } from '@haos/host';
import type { Mode } from '@haos/system';
import type { CloudConfig } from '../generated/types.js';

/** The three phases of a boot, and `install`: after "configure server or agent", only k3s. */
export const PHASES = ['initrd', 'boot', 'runtime', 'install'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * `changed`: something was changed. `unchanged`: everything was already as configured. `ran`: only things that run
 * every time did (commands, a download that brought nothing new). `deferred`: it needs the running kernel and the target is
 * a directory tree. `skipped`: nothing to do here, `note` says why. `failed`: at least one part failed; the others were done.
 */
export type StepStatus = 'changed' | 'unchanged' | 'ran' | 'deferred' | 'skipped' | 'failed';

/** A failure as data; never holds a secret. */
export interface Failure {
  code: string;
  message: string;
  hint?: string;
  /** JSON pointer to what is wrong in the configuration, where validation reports an error for it as well. */
  pointer?: string;
}

export interface StepResult {
  applier: string;
  status: StepStatus;
  operations: readonly Operation[];
  failures: readonly Failure[];
  /** What a person should know, such as `k3s is not installed`. */
  notes: readonly string[];
  /** Milliseconds since the epoch. */
  started: number;
  ended: number;
}

export interface PhaseResult {
  phase: Phase;
  steps: readonly StepResult[];
}

export interface ApplyContext {
  readonly host: Host;
  readonly phase: Phase;
  readonly mode: Mode | undefined;
  /** The HAOS version of the running image; undefined outside of one. */
  readonly version: string | undefined;
  /** Some source could not be read, so what seems to have left the configuration may still be meant. Default false. */
  readonly incomplete?: boolean;
  /** Why k3s must not be started, in words; undefined: nothing keeps it. */
  readonly k3sHold?: string | undefined;
  /** Proxies of `haos.environment`, for every fetch. */
  readonly proxy: ProxySettings;
  /** Ends all fetches of the phase when its budget is used up. */
  readonly deadline: AbortSignal;
  /** A line that a configured command printed; the caller decides where it goes. */
  output(line: string): void;
  /** Adds a note to the step's result. */
  note(text: string): void;
  /** Runs one independent part; a failure is recorded and the next part goes on. */
  attempt(part: () => Promise<void> | void): Promise<void>;
}

/**
 * One concern of the configuration. Idempotent: a second run changes nothing. `apply` gets the whole configuration
 * but reads only `keys`. What it throws, and every failed `attempt`, makes the step `failed`; the phase goes on.
 */
export interface Applier<Fetched = unknown> {
  /** Kebab case, after the main key. */
  readonly name: string;
  /** Documented keys, such as `haos.ntp_servers`; the applier runs when one is set. */
  readonly keys: readonly string[];
  /** Runs even when none of the keys is set. */
  readonly always?: true;
  /** Starts the downloads; called for all appliers at the start of the phase, never on a plan host. */
  fetch?(config: CloudConfig, context: ApplyContext): Promise<Fetched>;
  /** `fetched` is what `fetch` resolved to; undefined on a plan host. */
  apply(config: CloudConfig, context: ApplyContext, fetched: Fetched | undefined): Promise<void> | void;
}
