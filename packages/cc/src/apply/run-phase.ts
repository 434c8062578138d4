import { type Host, withLock } from '@haos/host';
import { layout } from '@haos/system';
import { readDataSourceReport } from '../datasources/report.js';
import type { Issue } from '../issue.js';
import { requirePhaseOptions } from '../require-argument.js';
import { readConfig } from '../sources/read.js';
import { describeConfiguration, summariseConfiguration } from '../status/configuration.js';
import { exitStatusOf, type PhaseJournal, readJournals, toJournalStep, writeJournal } from './journal.js';
import { type ApplyOptions, apply } from './run.js';
import type { Phase, PhaseResult } from './types.js';

export interface RunPhaseResult extends PhaseResult {
  /** What was left out of the configuration, and what its author should know. */
  issues: readonly Issue[];
  /** 0 done, 4 done with failed steps or with parts of the configuration left out. */
  exitStatus: 0 | 4;
}

/**
 * What a node does in a phase: reads its configuration, applies it, and keeps a journal under `/run/haos`. What cannot be read
 * is left out and reported; the rest is applied. On the running machine the phases that others may start at any time hold a
 * lock (HAOS_LOCKED).
 */
export async function runPhase(options: ApplyOptions): Promise<RunPhaseResult> {
  requirePhaseOptions(options);
  const { host, phase } = options;
  return isAlone(phase) ? runLocked(options) : withLock(host, layout.applyLock, () => runLocked(options));
}

/** Early boot runs these one after the other, and nothing else is up yet. */
function isAlone(phase: Phase): boolean {
  return phase === 'initrd' || phase === 'boot';
}

async function runLocked(options: ApplyOptions): Promise<RunPhaseResult> {
  const { host, phase } = options;
  const { config, issues, isIncomplete } = await readConfig(host);
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
  // Before each step, so that the journal names one that hangs, as a run_cmd may.
  const onBegin: ApplyOptions['onBegin'] = (current, steps) => {
    journal({ current, steps: steps.map(toJournalStep) });
    options.onBegin?.(current, steps);
  };
  const result = await apply(config, { ...options, onBegin, incomplete: isIncomplete });
  const exitStatus = exitStatusOf(result, issues);
  journal({ state: 'done', ended: host.clock.now(), exitStatus, steps: result.steps.map(toJournalStep) });
  keepSummary(host);
  return { ...result, issues, exitStatus };
}

function keepJournal(host: Host, journal: PhaseJournal): void {
  keep(host, () => writeJournal(host, journal));
}

/** For the banner and the login message, which everybody may read. */
function keepSummary(host: Host): void {
  keep(host, () => {
    const status = summariseConfiguration(readJournals(host), readDataSourceReport(host));
    host.files.write(layout.configurationSummary, `${describeConfiguration(status)}\n`, { mode: 0o644 });
  });
}

/** A node on which these cannot be written is configured all the same. */
function keep(host: Host, write: () => void): void {
  try {
    write();
  } catch (error) {
    host.log('journal', `not written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
