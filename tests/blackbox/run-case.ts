import { cpSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type HaosRun, haos, haosOk } from './haos.js';
import {
  changedPaths,
  IS_ROOT,
  makeDirectory,
  NODE,
  type Snapshot,
  type Tree,
  takeSnapshot,
  writeTree,
} from './tree.js';

export type PhaseName = 'initrd' | 'boot' | 'runtime' | 'install';

/** What a path must hold afterwards; `null`: nothing. A text is the whole content. */
export type Expected =
  | string
  | RegExp
  | null
  | {
      content?: string | RegExp | Uint8Array;
      mode?: number;
      owner?: readonly [uid: number, gid: number];
      link?: string;
      directory?: true;
    };

/** One configuration of one node in one phase, and all its effects. */
export interface Case {
  name: string;
  /** Default: runtime. */
  phase?: PhaseName;
  /** Files in addition to the accounts of a node. */
  tree?: Tree;
  /** `/haos/system/config.yaml`. */
  config?: string;
  /** `/proc/cmdline`. */
  cmdline?: string;
  /**
   * Every path that is created, changed or removed, except new parent directories and the journal.
   * No other path may change.
   */
  changes?: Readonly<Record<string, Expected>>;
  /**
   * Starts from a node on which this phase never ran; otherwise it ran with an empty configuration.
   * Default false.
   */
  bare?: boolean;
  /** Exit status of both runs. Default 0. */
  status?: number;
  /**
   * Exit statuses of `plan` before and after. Default: 3 if `errors` has any; else 10 with changes
   * or 0 without, and then 0. 4 if only failures are left.
   */
  plan?: readonly [before: number, after: number];
  /** Fragments of the standard error of the first run. */
  says?: readonly (string | RegExp)[];
  /** Statuses of steps in the first run, by applier. */
  steps?: Readonly<Record<string, string>>;
  /** Failure codes of the first run, in order. */
  failures?: readonly string[];
  /**
   * Errors of the configuration, in order, as `LINE KEY [CODE]`: `plan` prints these instead of a
   * plan. Default none.
   */
  errors?: readonly string[];
}

interface Step {
  applier: string;
  status: string;
  operations: { kind: string; status: string; target: string }[];
  failures: { code: string; message: string; hint?: string }[];
  notes: string[];
}

/** The output of `haos config --format json`. */
export interface PhaseReport {
  phase: string;
  exitStatus: number;
  issues: { code: string; severity: string; key: string; origin?: { line: number } }[];
  steps: Step[];
}

const JOURNAL = /^\/run\/haos(?:\/configuration|\/journal(?:\/(?:initrd|boot|runtime|install)\.json)?)?$/;

/** Makes the node of a case in a directory, beside files that must not change. */
export async function makeNode(
  node: Pick<Case, 'phase' | 'tree' | 'config' | 'cmdline' | 'bare'>,
): Promise<string> {
  const directory = makeDirectory();
  const root = join(directory, 'root');
  writeTree(directory, {
    '/root': { directory: true },
    '/beside/sentinel': { content: 'mine', mode: 0o640 },
  });
  writeTree(root, NODE);
  if (!node.bare) await haosOk(['config', ...phaseOptions(node.phase), '--root', root]);
  writeTree(root, node.tree ?? {});
  if (node.config !== undefined)
    writeTree(root, { '/haos/system/config.yaml': { content: node.config, mode: 0o600 } });
  if (node.cmdline !== undefined) writeTree(root, { '/proc/cmdline': `${node.cmdline}\n` });
  return root;
}

/** Plans, applies, applies again and plans again, and checks everything in the case. */
export async function runCase(wanted: Case): Promise<void> {
  const root = await makeNode(wanted);
  const options = [...phaseOptions(wanted.phase), '--root', root];
  const [planBefore, planAfter] = wanted.plan ?? defaultPlan(wanted);
  const before = takeSnapshot(root);
  const beside = takeSnapshot(join(root, '../beside'));

  const planned = await haos(['config', 'plan', ...options]);
  expect(planned.status, `plan before\n${planned.stdout}${planned.stderr}`).toBe(planBefore);
  checkPlanned(planned, wanted);
  expect(changedPaths(before, takeSnapshot(root)), 'what the plan changed').toEqual([]);

  const first = await haos(['config', '--format', 'json', ...options]);
  expect(first.status, first.stderr).toBe(wanted.status ?? 0);
  const after = takeSnapshot(root);
  checkReport(first, wanted);
  expectChanges(before, after, wanted.changes ?? {});
  for (const [path, expected] of Object.entries(wanted.changes ?? {})) expectAt(root, path, expected);

  const second = await haos(['config', '--format', 'json', ...options]);
  expect(second.status, second.stderr).toBe(wanted.status ?? 0);
  expect(changesOf(reportOf(second)), 'what the second run changed').toEqual([]);
  expect(changedPaths(after, takeSnapshot(root)).filter((path) => !JOURNAL.test(path))).toEqual([]);

  const plannedAfter = await haos(['config', 'plan', ...options]);
  expect(plannedAfter.status, `plan after\n${plannedAfter.stdout}${plannedAfter.stderr}`).toBe(planAfter);
  checkPlanned(plannedAfter, wanted);
  expect(changedPaths(beside, takeSnapshot(join(root, '../beside'))), 'beside the tree').toEqual([]);
}

/** Returns the option of a phase. */
export function phaseOptions(phase: PhaseName | undefined): string[] {
  return phase === undefined || phase === 'runtime' ? [] : [`--${phase}`];
}

/** Returns the result of a run with `--format json`. */
export function reportOf(run: HaosRun): PhaseReport {
  return JSON.parse(run.stdout) as PhaseReport;
}

/** Returns the operations that changed the tree; commands and downloads happen every time. */
export function changesOf({ steps }: PhaseReport): string[] {
  return steps.flatMap(({ applier, operations }) =>
    operations
      .filter(({ kind, status }) => status === 'done' && kind !== 'run' && kind !== 'fetch')
      .map(({ kind, target }) => `${applier}: ${kind} ${target}`),
  );
}

function defaultPlan({ errors = [], changes = {} }: Case): [before: number, after: number] {
  if (errors.length > 0) return [3, 3];
  return [Object.keys(changes).length > 0 ? 10 : 0, 0];
}

/**
 * Checks that the errors are on standard error with file and line, and that a plan is printed only
 * without errors.
 */
function checkPlanned({ stdout, stderr }: HaosRun, { errors = [] }: Case): void {
  const shown = [...stderr.matchAll(/^\/\S+:(\d+):\d+: error: .* (\[[\w-]+\])$/gm)];
  expect(shown.map(([, line, code]) => `${line} ${code}`)).toEqual(
    errors.map((error) => error.replace(/ .* /, ' ')),
  );
  expect(stdout === '').toBe(errors.length > 0);
}

function checkReport(run: HaosRun, wanted: Case): void {
  const report = reportOf(run);
  expect(report.phase).toBe(wanted.phase ?? 'runtime');
  expect(report.exitStatus).toBe(run.status);
  const codes = report.steps.flatMap(({ failures }) => failures.map(({ code }) => code));
  expect(codes, run.stderr).toEqual(wanted.failures ?? []);
  const errors = report.issues.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ origin, key, code }) => `${origin?.line} ${key} [${code}]`)).toEqual(
    wanted.errors ?? [],
  );
  const statuses = Object.fromEntries(report.steps.map(({ applier, status }) => [applier, status]));
  expect(statuses).toMatchObject(wanted.steps ?? {});
  for (const fragment of wanted.says ?? []) {
    if (typeof fragment === 'string') expect(run.stderr).toContain(fragment);
    else expect(run.stderr).toMatch(fragment);
  }
}

/** Checks that only the listed paths, their new parent directories and the journal changed. */
function expectChanges(
  before: Snapshot,
  after: Snapshot,
  expected: Readonly<Record<string, Expected>>,
): void {
  const changed = changedPaths(before, after);
  const listed = Object.keys(expected);
  const isParent = (path: string) =>
    !before.has(path) && listed.some((other) => other.startsWith(`${path}/`));
  const unexpected = changed.filter(
    (path) => !listed.includes(path) && !isParent(path) && !JOURNAL.test(path),
  );
  expect(unexpected, 'unexpected changes').toEqual([]);
  expect(
    listed.filter((path) => !changed.includes(path)),
    'should have changed',
  ).toEqual([]);
}

/** Checks what is at a path of a tree. */
export function expectAt(root: string, path: string, wanted: Expected): void {
  const target = join(root, path);
  const status = lstatSync(target, { throwIfNoEntry: false });
  if (wanted === null) {
    expect(status, path).toBeUndefined();
    return;
  }
  const expected = typeof wanted === 'string' || wanted instanceof RegExp ? { content: wanted } : wanted;
  if (status === undefined) throw new Error(`nothing is at ${path}`);
  if (expected.link !== undefined) expect(readlinkSync(target), path).toBe(expected.link);
  if (expected.directory) expect(status.isDirectory(), path).toBe(true);
  if (expected.mode !== undefined)
    expect((status.mode & 0o7777).toString(8), path).toBe(expected.mode.toString(8));
  if (expected.owner && IS_ROOT) expect([status.uid, status.gid], path).toEqual(expected.owner);
  if (expected.content !== undefined) expectContent(target, expected.content);
}

function expectContent(target: string, expected: string | RegExp | Uint8Array): void {
  const content = readFileSync(target);
  if (typeof expected === 'string') expect(content.toString('utf8'), target).toBe(expected);
  else if (expected instanceof RegExp) expect(content.toString('utf8'), target).toMatch(expected);
  else expect([...content], target).toEqual([...expected]);
}

/** Copies a node, so that the original does not change. */
export function copyNode(root: string): string {
  const copy = join(makeDirectory(), 'root');
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  return copy;
}
