import { type Host, isHaosError, type Operation } from '@haos/host';
import { layout } from '@haos/system';
import type { Issue } from '../issue.js';
import { requireHost } from '../require-argument.js';
import type { Failure, Phase, PhaseResult, StepResult, StepStatus } from './types.js';
import { PHASES } from './types.js';

/** One effect without its content, as a journal may store it. */
export type OperationSummary = { kind: Operation['kind']; status: Operation['status']; target: string };

export interface JournalStep {
  applier: string;
  status: StepStatus;
  operations: OperationSummary[];
  failures: readonly Failure[];
  notes: readonly string[];
  started: number;
  ended: number;
}

/** What one phase did in this boot. */
export interface PhaseJournal {
  phase: Phase;
  /** Stays `running` if the phase was interrupted. */
  state: 'running' | 'done';
  /** Milliseconds since the epoch. */
  started: number;
  ended: number | undefined;
  /** 0 or 4, the exit status of the command; undefined while the phase runs. */
  exitStatus: 0 | 4 | undefined;
  issues: readonly Issue[];
  steps: JournalStep[];
  /**
   * The applier of the running step, or of the step at which the phase was interrupted. Absent if
   * the phase is done.
   */
  current?: string;
}

function pathOf(phase: Phase): string {
  return `${layout.journal}/${phase}.json`;
}

/** Writes the journal of a phase with mode 0600 and replaces that of an earlier run. */
export function writeJournal(host: Host, journal: PhaseJournal): void {
  host.files.write(pathOf(journal.phase), `${JSON.stringify(journal)}\n`, { mode: 0o600, secret: true });
}

/** Returns the journals of this boot, in the order of the phases, without damaged ones. */
export function readJournals(host: Host): PhaseJournal[] {
  requireHost(host);
  return PHASES.flatMap((phase) => {
    try {
      const text = host.files.readTextIfExists(pathOf(phase));
      const value: unknown = text === undefined ? undefined : JSON.parse(text);
      return isJournal(value) && value.phase === phase ? [value] : [];
    } catch (error) {
      if (error instanceof SyntaxError || isHaosError(error)) return [];
      throw error;
    }
  });
}

function isJournal(value: unknown): value is PhaseJournal {
  if (typeof value !== 'object' || value === null) return false;
  const { started, steps, issues } = value as Partial<PhaseJournal>;
  return typeof started === 'number' && Array.isArray(steps) && Array.isArray(issues);
}

/** Converts a step to the form that the journal stores. */
export function toJournalStep(step: StepResult): JournalStep {
  return { ...step, operations: step.operations.map(summarise) };
}

/** Returns the exit status of the command: 4 if anything failed or was left out, else 0. */
export function exitStatusOf(result: PhaseResult, issues: readonly Issue[]): 0 | 4 {
  const failed = result.steps.some(({ status }) => status === 'failed');
  return failed || issues.some(({ severity }) => severity === 'error') ? 4 : 0;
}

/** Returns the kind of an operation, its status and its target. */
export function summarise(operation: Operation): OperationSummary {
  return { kind: operation.kind, status: operation.status, target: targetOf(operation) };
}

/**
 * Returns the target of an operation: a path, a key, a URL, or a command without the secrets in its
 * arguments.
 */
export function targetOf(operation: Operation): string {
  switch (operation.kind) {
    case 'write-file':
    case 'make-directory':
    case 'link':
    case 'move':
    case 'remove':
    case 'set-attributes':
      return operation.path;
    case 'set-hostname':
      return operation.name;
    case 'set-sysctl':
      return operation.key;
    case 'load-module':
      return operation.name;
    case 'run':
      return operation.label ?? [operation.command, ...operation.args].join(' ');
    case 'fetch':
      return operation.url;
  }
}
