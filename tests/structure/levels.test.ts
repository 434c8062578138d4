import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatScenarios, formatSum, formatTable } from '../../scripts/level-tables.mjs';
import { LEVELS, runLevels, selectLevels } from '../../scripts/levels.mjs';
import { listScenarios, selectScenarios } from '../../scripts/scenarios.mjs';
import { ROOT } from './module.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-levels-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function write(path: string, content: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Writes a substitute for a program that npm installs. */
function program(name: string, script: string) {
  write(`node_modules/.bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'node_modules/.bin', name), 0o755);
}

describe('the levels', () => {
  const [format, unit, vm] = selectLevels(['format', 'unit', 'vm']).map(({ absent: _, ...level }) => level);
  if (format === undefined || unit === undefined || vm === undefined) throw new Error('a level is missing');

  it('all run by default except the extra ones, and an unknown name is wrong usage', () => {
    expect(selectLevels([])).toEqual(LEVELS.filter(({ name }) => !['matrix', 'faults'].includes(name)));
    expect(selectLevels(['faults'])).toMatchObject([{ name: 'faults' }]);
    expect(() => selectLevels(['unit', 'units'])).toThrow(expect.objectContaining({ status: 2 }));
  });

  it('are summed, a failure without a failed test counting as one', () => {
    const counts = { passed: 3, failed: 2, skipped: 1 };

    expect(formatSum([{ level: unit, status: 1, counts, time: '1 s' }])).toBe(
      '3 passed, 2 failed, 1 skipped',
    );
    expect(formatSum([{ level: format, status: 1, time: '1 s' }])).toBe('0 passed, 1 failed');
    expect(
      formatSum([{ level: unit, status: 0, counts: { ...counts, failed: 0, skipped: 0 }, time: '1 s' }]),
    ).toBe('3 passed, 0 failed');
  });

  it('say in the table why they failed or were skipped', () => {
    const table = formatTable([
      { level: format, status: 0, time: '-', note: 'skipped: no reason' },
      { level: unit, status: 1, time: '1 s', note: 'no test ran' },
    ]);

    expect(table).toContain('skipped: no reason');
    expect(table).toContain('FAILED: no test ran');
  });

  it('fail if no test ran, and continue after a failure', async () => {
    for (const name of ['vitest', 'biome']) program(name, 'exit 0'); // without a report
    expect(await runLevels(root, [format])).toBe(0);
    expect(await runLevels(root, [unit, format])).toBe(1);

    program('biome', 'exit 7');
    expect(await runLevels(root, [format, unit])).toBe(7);
  });

  it.each([
    ['', 0],
    ['false', 0],
    ['true', 1],
  ])('that cannot run here are skipped, but fail where CI=%s', async (ci, status) => {
    vi.stubEnv('CI', ci);

    expect(await runLevels(root, [{ ...format, absent: () => 'no reason' }])).toBe(status);
  });

  it('print the slowest files and the scenarios left to the matrix', async () => {
    const files = [testFile('tests/vm/live-iso.test.ts', 61.04), testFile('tests/vm/netboot.test.ts', 70)];
    program('vitest', `echo '${JSON.stringify(files)}' >"$HAOS_TEST_REPORT"`);
    write('tests/vm/live-iso.test.ts', '');
    write('tests/matrix/three-servers.test.ts', '');
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});

    expect(await runLevels(root, [vm])).toBe(0);

    const printed = log.mock.calls.flat().join('\n');
    expect(printed).toContain('  70.0 s\ntests/vm/live-iso.test.ts  61.0 s');
    expect(printed).toContain('left to npm run test:matrix: three-servers');
    expect(printed.endsWith('\n2 passed, 0 failed')).toBe(true);
  });
});

describe('the scenarios', () => {
  const [vm, faults] = selectLevels(['vm', 'faults']);
  if (vm === undefined || faults === undefined) throw new Error('a level is missing');

  it('are those of three folders', () => {
    for (const path of ['vm/netboot', 'matrix/three-servers', 'faults/install'])
      write(`tests/${path}.test.ts`, '');
    write('tests/vm/machine.ts', '');

    expect(listScenarios(root).map(({ name }) => name)).toEqual([
      'netboot',
      'three-servers',
      'faults/install',
    ]);
  });

  it('are selected by their names or those of their levels', () => {
    const all = listScenarios(ROOT);

    expect(selectScenarios(all, [])).toEqual(all);
    expect(selectScenarios(all, ['reset'])).toEqual([
      { name: 'reset', level: 'matrix', path: 'tests/matrix/reset.test.ts' },
    ]);
    expect(selectScenarios(all, ['faults']).map(({ level }) => level)).toContain('faults');
    expect(() => selectScenarios(all, ['reset', 'none'])).toThrow(expect.objectContaining({ status: 2 }));
  });

  it('are all in the table, even if they did not run', () => {
    const scenarios = selectScenarios(listScenarios(ROOT), ['netboot', 'upgrade', 'faults/install']);
    const failed = { ...testFile('tests/vm/upgrade.test.ts', 5), state: 'failed' };
    failed.counts.failed = 1;

    const table = formatScenarios(scenarios, [
      { level: vm, status: 1, time: '5 s', files: [failed] },
      { level: faults, status: 0, time: '-', note: 'skipped: no reason' },
    ]);

    expect(table.split('\n')).toEqual([
      'scenario         time  result',
      'netboot             -  DID NOT RUN',
      'upgrade         5.0 s  FAILED: 1 passed, 1 failed',
      'faults/install      -  skipped: no reason',
    ]);
  });
});

function testFile(file: string, seconds: number) {
  return { file, state: 'passed', seconds, counts: { passed: 1, failed: 0, skipped: 0 } };
}
