import { HaosError, type Host, type RunResult } from '@haos/host';
import type { UpgradeRequest } from '../objects/node-parts.js';
import { NODE_FILE } from './node-facts.js';
import type { PlanOutput } from './node-plan.js';

/** What the agent does on its node: it runs the node's own programs, outside of its container. */
export interface NodeCommands {
  /**
   * Plans a file; undefined: its removal. Returns the problem if the node's configuration is not
   * valid with it.
   */
  planFile(content: string | undefined): Promise<PlanOutput | Refusal>;
  /** Plans what the node has already. */
  plan(): Promise<PlanOutput>;
  /**
   * Writes the file on trial for a time such as `2m`, applies it, and returns what failed. `busy`:
   * nothing was done, because somebody else changes the configuration.
   */
  apply(content: string | undefined, trial: string): Promise<'busy' | readonly string[]>;
  /** Runs the runtime phase again, and returns what failed. */
  resume(): Promise<'busy' | readonly string[]>;
  confirm(): Promise<void>;
  revert(): Promise<void>;
  reboot(): Promise<void>;
  upgrade(request: UpgradeRequest): Promise<void>;
  rollBack(): Promise<void>;
}

/** Why a node does not take a file. */
export interface Refusal {
  readonly problem: string;
}

/** Enters the node from its container, which has the node's processes. */
const ENTER = ['--target', '1', '--mount', '--uts', '--ipc', '--net', '--pid', '--'];

/** Exit statuses of haos: docs/errors.md. */
const [DONE, INVALID, FAILED_STEPS, REFUSED, CHANGES] = [0, 3, 4, 5, 10];

/** Milliseconds; a phase may download, and restart k3s. */
const LIMIT = 900_000;

/** Returns the commands of the node that `host`, a container, runs on. */
export function createNodeCommands(host: Host): NodeCommands {
  const enter = (command: readonly string[], options: object = {}) =>
    host.run('nsenter', [...ENTER, ...command], { timeout: LIMIT, ...options });
  const haos = (args: readonly string[], input?: string, accept: readonly number[] = [DONE]) =>
    enter(['haos', ...args, '--format', 'json'], { accept, ...(input !== undefined && { input }) });
  const put = (content: string | undefined, ...options: readonly string[]) =>
    ['config', 'put', NODE_FILE, ...(content === undefined ? ['--delete'] : []), ...options] as const;
  return {
    async planFile(content) {
      const accept = [DONE, INVALID, FAILED_STEPS, CHANGES];
      const result = await haos(put(content, '--plan'), content, accept);
      return result.exitCode === INVALID ? { problem: problemOf(parse(result)) } : parse(result);
    },
    plan: async () => parse(await haos(['config', 'plan'], undefined, [DONE, FAILED_STEPS, CHANGES])),
    async apply(content, trial) {
      const args = put(content, '--apply', '--try', trial);
      return failuresOf(await haos(args, content, [DONE, FAILED_STEPS, REFUSED]));
    },
    resume: async () => failuresOf(await haos(['config'], undefined, [DONE, FAILED_STEPS, REFUSED])),
    confirm: async () => void (await haos(['config', 'confirm'], undefined, [DONE, REFUSED])),
    revert: async () => void (await haos(['config', 'revert'], undefined, [DONE, FAILED_STEPS, REFUSED])),
    reboot: async () => void (await enter(['reboot'])),
    async upgrade({ version, source = version, sha256 }) {
      const args = ['upgrade', '--source', source, ...(sha256 === undefined ? [] : ['--sha256', sha256])];
      await enter(['haos', ...args, '--format', 'json'], { timeout: 0 });
    },
    rollBack: async () => void (await haos(['upgrade', 'rollback'])),
  };
}

interface InvalidOutput {
  readonly issues?: readonly { readonly severity: string; readonly key: string; readonly message: string }[];
}

function problemOf({ issues = [] }: InvalidOutput): string {
  const error = issues.find(({ severity }) => severity === 'error');
  const what = error === undefined ? 'it is invalid' : `${error.key}: ${error.message}`;
  return `with the configuration of the node: ${what}`;
}

interface PhaseOutput {
  readonly steps?: readonly {
    readonly applier: string;
    readonly failures: readonly { readonly message: string }[];
  }[];
}

function failuresOf(result: RunResult): 'busy' | readonly string[] {
  if (result.exitCode === REFUSED) return 'busy';
  return formatFailures(parse<PhaseOutput>(result).steps ?? []);
}

/** Returns what failed in the steps of a phase. The messages of failures have no secrets. */
export function formatFailures(steps: NonNullable<PhaseOutput['steps']>): string[] {
  return steps.flatMap(({ applier, failures }) => failures.map(({ message }) => `${applier}: ${message}`));
}

function parse<T>({ stdout }: RunResult): T {
  try {
    return JSON.parse(stdout) as T;
  } catch (error) {
    throw new HaosError('HAOS_COMMAND_FAILED', 'haos on the node did not answer in JSON', { cause: error });
  }
}
