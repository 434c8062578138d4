import { type Host, withLock } from '@haos/host';
import { layout } from '@haos/system';
import { readDataSourceReport } from '../datasources/report.js';
import type { Issue } from '../issue.js';
import { requirePhaseOptions } from '../require-argument.js';
import { readConfig } from '../sources/read.js';
import { describeConfiguration, listIssues, summariseConfiguration } from '../status/configuration.js';
import { settleTry } from '../try/settle-try.js';
import { exitStatusOf, type PhaseJournal, readJournals, toJournalStep, writeJournal } from './journal.js';
import { type ApplyOptions, apply } from './run.js';
import type { Phase, PhaseResult } from './types.js';

export interface RunPhaseResult extends PhaseResult {
  /** Parts of the configuration that were left out, and warnings for its author. */
  issues: readonly Issue[];
  /** 0: done. 4: done, but steps failed or parts of the configuration were left out. */
  exitStatus: 0 | 4;
}

/**
 * Runs a phase on a node: reads its configuration, applies it, and keeps a journal under
 * `/run/haos`. Leaves out and reports what cannot be read; applies the rest. On the running
 * machine, the phases that users may start at any time hold a lock (HAOS_LOCKED).
 */
export async function runPhase(options: ApplyOptions): Promise<RunPhaseResult> {
  requirePhaseOptions(options);
  const { host, phase } = options;
  return isAlone(phase) ? runLocked(options) : withLock(host, layout.applyLock, () => runLocked(options));
}

/**
 * Returns whether a phase needs no lock: early boot runs these one after the other, and nothing
 * else runs yet.
 */
function isAlone(phase: Phase): boolean {
  return phase === 'initrd' || phase === 'boot';
}

async function runLocked(options: ApplyOptions): Promise<RunPhaseResult> {
  const { host, phase } = options;
  if (isAlone(phase)) keep(host, () => settleTry(host));
  const { config, issues, isIncomplete, k3sHold } = await readConfig(host);
  const started = host.clock.now();
  const journal = (state: Partial<PhaseJournal>): void =>
    keepJournal(host, {
      phase,
      state: 'running',
      started,
      ended: undefined,
      exitStatus: undefined,
      issues,
      steps: [],
      ...state,
    });
  journal({});
  // Runs before each step, so that the journal names a step that hangs, as a run_cmd may.
  const onBegin: ApplyOptions['onBegin'] = (current, steps) => {
    journal({ current, steps: steps.map(toJournalStep) });
    options.onBegin?.(current, steps);
  };
  const result = await apply(config, {
    ...options,
    onBegin,
    incomplete: isIncomplete,
    k3sHold,
  });
  const exitStatus = exitStatusOf(result, issues);
  journal({ state: 'done', ended: host.clock.now(), exitStatus, steps: result.steps.map(toJournalStep) });
  keepSummary(host);
  return { ...result, issues, exitStatus };
}

function keepJournal(host: Host, journal: PhaseJournal): void {
  keep(host, () => writeJournal(host, journal));
}

/** Writes the summary for the banner and the login message, which all users may read. */
function keepSummary(host: Host): void {
  keep(host, () => {
    const status = summariseConfiguration(readJournals(host), readDataSourceReport(host));
    const lines = [describeConfiguration(status), ...listIssues(status)];
    host.files.write(layout.configurationSummary, `${lines.join('\n')}\n`, { mode: 0o644 });
  });
}

/**
 * Logs a failed write instead of throwing: the node must be configured even if it cannot write
 * these files.
 */
function keep(host: Host, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    host.log('journal', `not written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
