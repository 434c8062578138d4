import type { PhaseJournal } from '@haos/cc/internal';
import { timeOf } from '../controller/conditions.js';
import type { PhaseState } from '../objects/node-state.js';

/** Returns what became of each phase, from the journals of this boot. They have no secrets. */
export function phaseStates(journals: readonly PhaseJournal[]): PhaseState[] {
  return journals.flatMap((journal) => {
    const { phase, state, exitStatus, started, ended, issues } = journal;
    if (phase === 'install') return [];
    const message = messageOf(journal);
    return {
      phase,
      result: state !== 'done' ? 'Unfinished' : exitStatus === 0 ? 'Done' : 'Failed',
      time: timeOf(new Date(ended ?? started)),
      issues: issues.filter(({ severity }) => severity !== 'info').length,
      ...(message !== undefined && { message }),
    };
  });
}

function messageOf({ current, steps, issues }: PhaseJournal): string | undefined {
  if (current !== undefined) return `at ${current}`;
  const [failed] = steps.flatMap(({ applier, failures }) =>
    failures.map(({ message }) => `${applier}: ${message}`),
  );
  return failed ?? issues.find(({ severity }) => severity === 'error')?.message;
}
