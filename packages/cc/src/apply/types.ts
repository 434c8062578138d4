import type { Host, Operation, ProxySettings } from '@haos/host';
import type { Mode } from '@haos/system';
import type { CloudConfig } from '../generated/types.js';

/** The three phases of a boot, and `install`: after "configure server or agent", only k3s. */
export const PHASES = ['initrd', 'boot', 'runtime', 'install'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * `changed`: something changed. `unchanged`: everything was already as configured. `ran`: only
 * recurring actions ran (commands, a download without new content). `deferred`: the step needs the
 * running kernel, and the target is a directory tree. `skipped`: there was nothing to do; `note`
 * says why. `failed`: at least one part failed; the others were done.
 */
export type StepStatus = 'changed' | 'unchanged' | 'ran' | 'deferred' | 'skipped' | 'failed';

/** A failure as data. Never contains a secret. */
export interface Failure {
  code: string;
  message: string;
  hint?: string;
  /**
   * JSON pointer to the wrong value in the configuration, if validation also reports an error for
   * it.
   */
  pointer?: string;
}

export interface StepResult {
  applier: string;
  status: StepStatus;
  operations: readonly Operation[];
  failures: readonly Failure[];
  /** Information for the user, such as `k3s is not installed`. */
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
  /** The HAOS version of the running image; undefined on other systems. */
  readonly version: string | undefined;
  /** A source was unreadable, so a key that is missing may still be wanted. Default false. */
  readonly incomplete?: boolean;
  /** Why k3s must not start; undefined if nothing prevents it. */
  readonly k3sHold?: string | undefined;
  /** Proxies of `haos.environment`, for every download. */
  readonly proxy: ProxySettings;
  /** Cancels all downloads of the phase when its budget is used up. */
  readonly deadline: AbortSignal;
  /** Receives a line that a configured command printed; the caller decides where it goes. */
  output(line: string): void;
  /** Adds a note to the step's result. */
  note(text: string): void;
  /** Runs one independent part. Records a failure, and the next part still runs. */
  attempt(part: () => Promise<void> | void): Promise<void>;
}

/**
 * One concern of the configuration. Idempotent: a second run changes nothing. `apply` gets the
 * whole configuration but reads only `keys`. If it throws, or an `attempt` fails, the step is
 * `failed` and the phase continues.
 */
export interface Applier<Fetched = unknown> {
  /** In kebab case, named after the main key. */
  readonly name: string;
  /** Documented keys, such as `haos.ntp_servers`. The applier runs if one of them is set. */
  readonly keys: readonly string[];
  /** Runs even if none of the keys is set. */
  readonly always?: true;
  /**
   * Starts the downloads. Called for all appliers at the start of the phase, never on a plan host.
   */
  fetch?(config: CloudConfig, context: ApplyContext): Promise<Fetched>;
  /** `fetched` is the result of `fetch`; undefined on a plan host. */
  apply(config: CloudConfig, context: ApplyContext, fetched: Fetched | undefined): Promise<void> | void;
}
