import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmProgram, run, StepFailure, since, step } from './run.mjs';

/**
 * One level of the tests: `program` and its arguments, or a vitest `project` and a folder of it.
 * `slow` levels are left out of the inner loop, `extra` ones run only when they are named; `absent` says why a level cannot run here.
 * @typedef {{
 *   name: string, title: string, slow?: true, extra?: true, program?: readonly string[], project?: string, folder?: string,
 *   absent?: (root: string) => string | undefined,
 * }} Level
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ level: Level, status: number, counts?: Counts, time: string, note?: string }} Outcome
 */

/** In the order they run: what is quick and fails most comes first. @type {readonly Level[]} */
export const LEVELS = [
  { name: 'format', title: 'formatting and lint', program: ['biome', 'check', '.'] },
  { name: 'types', title: 'types of tests and scripts', program: ['tsc', '-p', 'tsconfig.tests.json'] },
  {
    name: 'generated',
    title: 'generated files are current',
    program: ['tsx', 'scripts/generate.ts', '--check'],
  },
  { name: 'unit', title: 'unit tests', project: 'unit' },
  { name: 'structure', title: 'structure', project: 'structure', folder: 'tests/structure' },
  {
    name: 'docs',
    title: 'documentation',
    project: 'structure',
    folder: 'tests/docs',
  },
  {
    name: 'loop',
    title: 'installing on real block devices',
    project: 'loop',
    folder: 'tests/loop',
    absent: needsLoopDevices,
  },
  {
    name: 'blackbox',
    title: 'the built program, from outside',
    project: 'blackbox',
    folder: 'tests/blackbox',
  },
  {
    name: 'package',
    title: 'packed and installed elsewhere',
    slow: true,
    project: 'blackbox',
    folder: 'tests/package',
  },
  {
    name: 'vm',
    title: 'the image in a virtual machine',
    slow: true,
    project: 'vm',
    folder: 'tests/vm',
    absent: needsRoot,
  },
  {
    name: 'faults',
    title: 'killed at every step, power cuts, many boots',
    extra: true,
    project: 'faults',
    folder: 'tests/faults',
    absent: needsLoopDevices,
  },
];

/** @returns {string | undefined} */
function needsRoot() {
  return process.getuid?.() === 0 ? undefined : 'building an image needs root';
}

/** @returns {string | undefined} */
function needsLoopDevices() {
  if (process.getuid?.() !== 0) return 'mounting and formatting need root';
  return existsSync('/dev/loop-control') ? undefined : 'this machine has no loop devices';
}

/**
 * The levels with these names, all but the extra ones when none is given.
 * @param {readonly string[]} names
 */
export function selectLevels(names) {
  const unknown = names.find((name) => !LEVELS.some((level) => level.name === name));
  if (unknown !== undefined) {
    throw new StepFailure(
      `no level is called ${unknown}; there are ${LEVELS.map((level) => level.name).join(', ')}`,
      2,
    );
  }
  return names.length === 0
    ? LEVELS.filter((level) => level.extra !== true)
    : LEVELS.filter((level) => names.includes(level.name));
}

/**
 * Runs all levels, failed ones too, then prints the table and the sum. Resolves to the status of the first that failed, else 0.
 * @param {string} root
 * @param {readonly Level[]} levels
 */
export async function runLevels(root, levels) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const level of levels) outcomes.push(await runLevel(root, level));
  console.log(`\n${formatTable(outcomes)}\n\n${formatSum(outcomes)}`);
  return outcomes.find((outcome) => outcome.status !== 0)?.status ?? 0;
}

/** @param {string} root @param {Level} level @returns {Promise<Outcome>} */
async function runLevel(root, level) {
  const reason = level.absent?.(root);
  if (reason !== undefined) {
    console.log(`  - ${level.title}: skipped, ${reason}`);
    return { level, status: 0, time: '-', note: `skipped: ${reason}` };
  }
  const started = performance.now();
  const report = join(root, '.cache', 'tests', `${level.name}.json`);
  try {
    await step(level.title, () => runProgram(root, level, report));
    return { level, status: 0, time: since(started), ...readCounts(level, report) };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return {
      level,
      status: error.status,
      time: since(started),
      note: error.message,
      ...readCounts(level, report),
    };
  }
}

/** @param {string} root @param {Level} level @param {string} report where vitest writes its results */
async function runProgram(root, level, report) {
  const [program = 'vitest', ...args] = level.program ?? ['vitest', ...vitestArguments(level, report)];
  rmSync(report, { force: true });
  mkdirSync(join(root, '.cache', 'tests'), { recursive: true });
  const status = await run(npmProgram(root, program), args, { cwd: root });
  if (status !== 0) throw new StepFailure(`exit status ${status}`, status);
  if (level.project === undefined) return;
  const { counts } = readCounts(level, report);
  if (counts === undefined || counts.passed + counts.failed === 0) throw new StepFailure('no test ran');
}

/** @param {Level} level @param {string} report */
function vitestArguments(level, report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return [
    'run',
    '--project',
    level.project ?? '',
    ...(level.folder === undefined ? [] : [`${level.folder}/`]),
    ...reporters,
  ];
}

/** @param {Level} level @param {string} report @returns {{ counts?: Counts }} */
function readCounts(level, report) {
  if (level.project === undefined || !existsSync(report)) return {};
  const result = JSON.parse(readFileSync(report, 'utf8'));
  return {
    counts: {
      passed: result.numPassedTests,
      failed: result.numFailedTests,
      skipped: result.numPendingTests + result.numTodoTests,
    },
  };
}

/** @param {readonly Outcome[]} outcomes */
export function formatTable(outcomes) {
  const rows = outcomes.map(({ level, status, counts, time, note }) => [
    level.name,
    ...(counts === undefined ? ['-', '-', '-'] : [counts.passed, counts.failed, counts.skipped].map(String)),
    time,
    status === 0 ? (note ?? 'ok') : `FAILED${note === undefined ? '' : `: ${note}`}`,
  ]);
  const table = [['level', 'passed', 'failed', 'skipped', 'time', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    )
    .map((row) => row.join('  ').trimEnd())
    .join('\n');
}

/**
 * The tests of all levels. A level that failed without a failed test, such as formatting, counts as one failure.
 * @param {readonly Outcome[]} outcomes
 */
export function formatSum(outcomes) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, counts } of outcomes) {
    sum.passed += counts?.passed ?? 0;
    sum.failed += counts?.failed || (status === 0 ? 0 : 1);
    sum.skipped += counts?.skipped ?? 0;
  }
  return `${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`;
}
