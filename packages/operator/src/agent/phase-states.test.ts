import type { Issue, Severity } from '@haos/cc';
import type { PhaseJournal } from '@haos/cc/internal';
import { expect, it } from 'vitest';
import { phaseStates } from './phase-states.js';

const issue = (severity: Severity): Issue => ({
  ...{ severity, code: 'unknown-key', message: `an ${severity}`, pointer: '', key: '' },
  ...{ origin: undefined, hint: undefined },
});

const JOURNAL: PhaseJournal = {
  ...{ phase: 'boot', state: 'done', started: 1000, ended: 2000, exitStatus: 0, issues: [], steps: [] },
};

it.each<[string, Partial<PhaseJournal>, object]>([
  ['one that is done', {}, { result: 'Done', time: '1970-01-01T00:00:02Z', issues: 0 }],
  [
    'errors and warnings, not notes',
    { issues: [issue('info'), issue('warning')] },
    { result: 'Done', time: '1970-01-01T00:00:02Z', issues: 1 },
  ],
  [
    'what was left out',
    { exitStatus: 4, issues: [issue('warning'), issue('error')] },
    { result: 'Failed', time: '1970-01-01T00:00:02Z', issues: 2, message: 'an error' },
  ],
  [
    'the step at which it was interrupted',
    { state: 'running', exitStatus: undefined, ended: undefined, current: 'run-cmd' },
    { result: 'Unfinished', time: '1970-01-01T00:00:01Z', issues: 0, message: 'at run-cmd' },
  ],
])('the state of a phase says %s', (_, changes, expected) => {
  expect(phaseStates([{ ...JOURNAL, ...changes }])).toEqual([{ phase: 'boot', ...expected }]);
});

it('the state of a phase says which step failed first', () => {
  const step = { operations: [], notes: [], started: 1, ended: 2, status: 'failed' } as const;
  const failures = [{ code: 'HAOS_KERNEL_SYSCTL', message: 'cannot set a.b' }];
  const steps = [
    { ...step, applier: 'hostname', operations: [], status: 'unchanged' as const, failures: [] },
    { ...step, applier: 'sysctls', operations: [], failures },
  ];

  const [state] = phaseStates([{ ...JOURNAL, exitStatus: 4, steps }]);

  expect(state).toMatchObject({ result: 'Failed', message: 'sysctls: cannot set a.b' });
});
