import { type Host, isHaosError, type Operation } from '@haos/host';
import { layout } from '@haos/system';
import type { Issue } from '../issue.js';
import { requireHost } from '../require-argument.js';
import type { Failure, Phase, PhaseResult, StepResult, StepStatus } from './types.js';
import { PHASES } from './types.js';

/** One effect without contents: what a journal may keep. */
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
  /** `running` also when it was interrupted. */
  state: 'running' | 'done';
  /** Milliseconds since the epoch. */
  started: number;
  ended: number | undefined;
  /** 0 or 4, as the command's exit status; undefined while it runs. */
  exitStatus: 0 | 4 | undefined;
  issues: readonly Issue[];
  steps: JournalStep[];
  /** The applier of the step that runs, or that ran when the phase was cut off; absent when the phase is done. */
  current?: string;
}

function pathOf(phase: Phase): string {
  return `${layout.journal}/${phase}.json`;
}

/** Writes a phase's journal, 0600, replacing that of an earlier run. */
export function writeJournal(host: Host, journal: PhaseJournal): void {
  host.files.write(pathOf(journal.phase), `${JSON.stringify(journal)}\n`, { mode: 0o600, secret: true });
}

/** The journals of this boot, in the order of the phases. One that is damaged is left out. */
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

/** A step as the journal keeps it. */
export function toJournalStep(step: StepResult): JournalStep {
  return { ...step, operations: step.operations.map(summarise) };
}

/** 4 when anything failed or was left out, as the command's exit status. */
export function exitStatusOf(result: PhaseResult, issues: readonly Issue[]): 0 | 4 {
  const failed = result.steps.some(({ status }) => status === 'failed');
  return failed || issues.some(({ severity }) => severity === 'error') ? 4 : 0;
}

/** An operation in one short phrase's worth of data: its kind and what it acts on. */
export function summarise(operation: Operation): OperationSummary {
  return { kind: operation.kind, status: operation.status, target: targetOf(operation) };
}

/** What an operation acts on: a path, a key, a URL, a command without its arguments' secrets. */
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
