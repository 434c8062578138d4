import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatSlowest, formatSum, formatTable } from './level-tables.mjs';
import { npmProgram, run, StepFailure, since, step } from './run.mjs';
import { listScenarios } from './scenarios.mjs';

/**
 * One level of the tests: `program` and its arguments, or a vitest `project` and a folder of it, or
 * some of its `files`. `npm run check` leaves out `slow` levels; `extra` levels run only if they
 * are named; `absent` says why a level cannot run.
 * @typedef {{
 *   name: string, title: string, slow?: true, extra?: true, program?: readonly string[],
 *   project?: string, folder?: string, files?: readonly string[],
 *   absent?: (root: string) => string | undefined,
 * }} Level
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * A file of tests with its hooks, as scripts/file-reporter.mjs writes it.
 * @typedef {{ file: string, state: string, seconds: number, counts: Counts }} TestFile
 * @typedef {{
 *   level: Level, status: number, counts?: Counts, files?: readonly TestFile[], time: string,
 *   note?: string,
 * }} Outcome
 */

/** In the order they run: fast levels that often fail come first. @type {readonly Level[]} */
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
    name: 'operator',
    title: 'the operator, with a real API server',
    slow: true,
    project: 'operator',
    folder: 'tests/operator',
  },
  {
    name: 'package',
    title: 'packages, installed into an empty project',
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
    name: 'matrix',
    title: 'scenarios that take long',
    extra: true,
    project: 'matrix',
    folder: 'tests/matrix',
    absent: needsMatrix,
  },
  {
    name: 'faults',
    title: 'kills at every step, power cuts, many boots',
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

/** @param {string} root @returns {string | undefined} */
function needsMatrix(root) {
  const isEmpty = !listScenarios(root).some(({ level }) => level === 'matrix');
  return isEmpty ? 'tests/matrix has no scenarios' : needsRoot();
}

/** @returns {string | undefined} */
function needsLoopDevices() {
  if (process.getuid?.() !== 0) return 'mounting and formatting need root';
  return existsSync('/dev/loop-control') ? undefined : 'this machine has no loop devices';
}

/**
 * Returns the levels with these names, or all but the extra ones without names.
 * @param {readonly string[]} names
 */
export function selectLevels(names) {
  const unknown = names.find((name) => !LEVELS.some((level) => level.name === name));
  if (unknown !== undefined) {
    throw new StepFailure(
      `unknown level ${unknown}; the levels are ${LEVELS.map((level) => level.name).join(', ')}`,
      2,
    );
  }
  return names.length === 0
    ? LEVELS.filter((level) => level.extra !== true)
    : LEVELS.filter((level) => names.includes(level.name));
}

/**
 * Runs all levels, even after a failure. Then prints the table, the slowest files, the scenarios
 * left to the matrix, and the sum. Resolves to the status of the first that failed, else 0. Under
 * CI a level that cannot run fails.
 * @param {string} root
 * @param {readonly Level[]} levels
 */
export async function runLevels(root, levels) {
  const outcomes = await collectOutcomes(root, levels);
  const slowest = formatSlowest(outcomes);
  const left = describeLeft(root, levels);
  for (const part of [formatTable(outcomes), slowest, left, formatSum(outcomes)]) {
    if (part !== '') console.log(`\n${part}`);
  }
  return statusOf(outcomes);
}

/**
 * @param {string} root
 * @param {readonly Level[]} levels
 */
export async function collectOutcomes(root, levels) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const level of levels) outcomes.push(await runLevel(root, level));
  return outcomes;
}

/** Returns the status of the first that failed, else 0. @param {readonly Outcome[]} outcomes */
export function statusOf(outcomes) {
  return outcomes.find(({ status }) => status !== 0)?.status ?? 0;
}

/**
 * Lists the scenarios that only the matrix runs, after a run of the others.
 * @param {string} root
 * @param {readonly Level[]} levels
 */
function describeLeft(root, levels) {
  const names = levels.map(({ name }) => name);
  if (!names.includes('vm')) return '';
  const left = listScenarios(root).filter(({ level }) => !names.includes(level));
  return `left to npm run test:matrix: ${left.map(({ name }) => name).join(', ') || 'nothing'}`;
}

/** @param {string} root @param {Level} level @returns {Promise<Outcome>} */
async function runLevel(root, level) {
  const reason = level.absent?.(root);
  if (reason !== undefined) {
    console.log(`  - ${level.title}: skipped, ${reason}`);
    return { level, status: isCi() ? 1 : 0, time: '-', note: `skipped: ${reason}` };
  }
  const started = performance.now();
  const report = join(root, '.cache', 'tests', `${level.name}.json`);
  try {
    await step(level.title, () => runProgram(root, level, report));
    return { level, status: 0, time: since(started), ...readReport(level, report) };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return {
      level,
      status: error.status,
      time: since(started),
      note: error.message,
      ...readReport(level, report),
    };
  }
}

function isCi() {
  return !['', '0', 'false', undefined].includes(process.env.CI);
}

/**
 * @param {string} root @param {Level} level
 * @param {string} report where vitest writes its results
 */
async function runProgram(root, level, report) {
  const [program = 'vitest', ...args] = level.program ?? ['vitest', ...vitestArguments(level)];
  rmSync(report, { force: true });
  mkdirSync(join(root, '.cache', 'tests'), { recursive: true });
  const env = { ...process.env, HAOS_TEST_REPORT: report };
  const status = await run(npmProgram(root, program), args, { cwd: root, env });
  if (status !== 0) throw new StepFailure(`exit status ${status}`, status);
  if (level.project === undefined) return;
  const { counts } = readReport(level, report);
  if (counts === undefined || counts.passed + counts.failed === 0) throw new StepFailure('no test ran');
}

/** @param {Level} level */
function vitestArguments({ project = '', folder, files }) {
  const filters = files ?? (folder === undefined ? [] : [`${folder}/`]);
  const reporters = ['--reporter=default', '--reporter=./scripts/file-reporter.mjs'];
  return ['run', '--project', project, ...filters, ...reporters];
}

/**
 * @param {Level} level @param {string} report
 * @returns {{ counts?: Counts, files?: readonly TestFile[] }}
 */
function readReport(level, report) {
  if (level.project === undefined || !existsSync(report)) return {};
  /** @type {TestFile[]} */
  const files = JSON.parse(readFileSync(report, 'utf8'));
  return { files, counts: addCounts(files.map(({ counts }) => counts)) };
}

/** @param {readonly Counts[]} all @returns {Counts} */
function addCounts(all) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of all) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}
