import { describe, expect, it } from 'vitest';
import type { PhaseJournal } from '../apply/journal.js';
import type { DataSourceReport } from '../datasources/report.js';
import type { Issue, Severity } from '../issue.js';
import { describeConfiguration, listIssues, summariseConfiguration } from './configuration.js';

function issue(severity: Severity, key: string): Issue {
  return {
    severity,
    code: 'unknown-key',
    message: key,
    pointer: '',
    key,
    origin: undefined,
    hint: undefined,
  };
}

function journal(changes: Partial<PhaseJournal>): PhaseJournal {
  return {
    phase: 'boot',
    state: 'done',
    started: 1,
    ended: 2,
    exitStatus: 0,
    issues: [],
    steps: [],
    ...changes,
  };
}

const FAILED: PhaseJournal['steps'] = [
  {
    applier: 'sysctls',
    status: 'failed',
    operations: [],
    failures: [{ code: 'HAOS_KERNEL_SYSCTL', message: 'cannot set a.b' }],
    notes: [],
    started: 1,
    ended: 2,
  },
];

describe('the issues for the console', () => {
  const origin = { source: 'local', file: '/c.yaml', line: 2, column: 3, offset: 9, length: 1 } as const;

  it('have one line each, with their place and their hint', () => {
    const issues = [
      { ...issue('error', 'unknown key haos.server_ulr'), origin, hint: 'Did you mean server_url?' },
    ];

    expect(listIssues({ issues })).toEqual([
      '  error: unknown key haos.server_ulr (/c.yaml:2). Did you mean server_url?',
    ]);
  });

  it('stop at the number that fits, and have no control characters', () => {
    const issues = Array.from({ length: 6 }, (_, index) => issue('warning', `${index}\u001b[2J`));

    expect(listIssues({ issues })).toEqual([
      ...[0, 1, 2, 3].map((index) => `  warning: ${index}\ufffd[2J`),
      '  ... and 2 more',
    ]);
  });
});

describe('the state of the configuration', () => {
  it('contains the issues of the last phase, errors first', () => {
    const status = summariseConfiguration([
      journal({ issues: [issue('error', 'repaired')] }),
      journal({
        phase: 'runtime',
        started: 5,
        issues: [issue('info', 'd'), issue('warning', 'b'), issue('error', 'a'), issue('warning', 'c')],
      }),
    ]);

    expect(status.issues.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
    expect(status.phases).toEqual(['boot', 'runtime']);
    expect(describeConfiguration(status)).toBe('1 error, 2 warnings');
  });

  it('contains the failures of all phases', () => {
    const status = summariseConfiguration([journal({ steps: FAILED }), journal({ phase: 'runtime' })]);

    expect(status.failures).toEqual([
      { phase: 'boot', applier: 'sysctls', code: 'HAOS_KERNEL_SYSCTL', message: 'cannot set a.b' },
    ]);
    expect(describeConfiguration(status)).toBe('1 failure');
  });

  it('does not list a failure that an issue explains', () => {
    const failures = [{ code: 'HAOS_CC_MODULE', message: 'no module', pointer: '/haos/modules/0' }];
    const steps = [{ ...FAILED[0]!, applier: 'modules', failures }];
    const issues = [{ ...issue('error', 'haos.modules[0]'), pointer: '/haos/modules/0' }];

    expect(describeConfiguration(summariseConfiguration([journal({ steps, issues })]))).toBe('1 error');
    expect(describeConfiguration(summariseConfiguration([journal({ steps })]))).toBe('1 failure');
  });

  it('lists a failure of several phases once', () => {
    const status = summariseConfiguration([
      journal({ steps: FAILED }),
      journal({ phase: 'runtime', steps: FAILED }),
    ]);

    expect(status.failures).toMatchObject([{ phase: 'runtime', applier: 'sysctls' }]);
    expect(describeConfiguration(status)).toBe('1 failure');
  });

  it.each<[string, PhaseJournal[], string]>([
    ['done', [journal({})], 'done'],
    ['not applied', [], 'not applied'],
    ['not finished', [journal({}), journal({ phase: 'runtime', state: 'running' })], 'not finished'],
    [
      'not finished (at run-cmd)',
      [journal({ state: 'running', current: 'run-cmd' })],
      'not finished (at run-cmd)',
    ],
    [
      'not finished, with what is known so far',
      [journal({ state: 'running', issues: [issue('error', 'a')] })],
      'not finished, 1 error',
    ],
  ])('is %s', (_, journals, expected) => {
    expect(describeConfiguration(summariseConfiguration(journals))).toBe(expected);
  });

  it('reports that no data source answered', () => {
    const report: DataSourceReport = {
      state: 'done',
      started: 1,
      ended: 2,
      sources: [{ name: 'aws', status: 'failed', time: 1 }],
    };

    const status = summariseConfiguration([journal({})], report);

    expect(status.hasNoData).toBe(true);
    expect(describeConfiguration(status)).toBe('no data source answered');
  });
});
