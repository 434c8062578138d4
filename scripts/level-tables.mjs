/**
 * @typedef {import('./levels.mjs').Outcome} Outcome
 * @typedef {import('./levels.mjs').TestFile} TestFile
 */

/** @param {readonly Outcome[]} outcomes */
export function formatTable(outcomes) {
  const rows = outcomes.map(({ level, status, counts, time, note }) => [
    level.name,
    ...(counts === undefined ? ['-', '-', '-'] : [counts.passed, counts.failed, counts.skipped].map(String)),
    time,
    status === 0 ? (note ?? 'ok') : `FAILED${note === undefined ? '' : `: ${note}`}`,
  ]);
  const table = [['level', 'passed', 'failed', 'skipped', 'time', ''], ...rows];
  return alignColumns(table);
}

/**
 * Aligns the first column to the left and the others to the right, except the last one.
 * @param {readonly string[][]} rows
 */
export function alignColumns(rows) {
  const last = Math.max(...rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: last }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * Returns the sum of the tests of all levels. A level that failed without a failed test, such as
 * formatting, counts as one failure.
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

const SLOWEST = 10;

/**
 * Returns the slowest test files, with their hooks; an empty text if none ran.
 * @param {readonly Outcome[]} outcomes
 */
export function formatSlowest(outcomes) {
  const files = outcomes
    .flatMap((outcome) => outcome.files ?? [])
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, SLOWEST);
  if (files.length === 0) return '';
  return `the slowest:\n${alignColumns(files.map((file) => [file.file, formatSeconds(file), '']))}`;
}

/**
 * Returns a table with one row for each selected scenario.
 * @param {readonly import('./scenarios.mjs').Scenario[]} scenarios
 * @param {readonly Outcome[]} outcomes
 */
export function formatScenarios(scenarios, outcomes) {
  const rows = scenarios.map(({ name, level, path }) => {
    const outcome = outcomes.find((candidate) => candidate.level.name === level);
    const file = outcome?.files?.find((candidate) => candidate.file === path);
    return [name, file === undefined ? '-' : formatSeconds(file), describeResult(outcome, file)];
  });
  return alignColumns([['scenario', 'time', 'result'], ...rows]);
}

/** @param {Outcome | undefined} outcome @param {TestFile | undefined} file */
function describeResult(outcome, file) {
  if (file === undefined) return outcome?.status === 0 ? (outcome.note ?? 'did not run') : 'DID NOT RUN';
  const { passed, failed, skipped } = file.counts;
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  const text = counts.filter((part) => part !== false).join(', ');
  return file.state === 'failed' ? `FAILED: ${text}` : text;
}

/** @param {TestFile} file */
function formatSeconds({ seconds }) {
  return `${seconds.toFixed(1)} s`;
}
