import type { Result } from '@haos/audit';
import type { Paint } from '../paint.js';

const MARKS = { pass: 'PASS', fail: 'FAIL', skip: 'SKIP' } as const;
const COLORS = { pass: 'green', fail: 'red', skip: 'yellow' } as const;

/** How many checks had each result. */
export function summarise(results: readonly Result[]): Record<Result['status'], number> {
  const count = (status: Result['status']) => results.filter((result) => result.status === status).length;
  return { pass: count('pass'), fail: count('fail'), skip: count('skip') };
}

/** Formats an audit for people: a line for each check, and more for those that failed. */
export function formatAudit(results: readonly Result[], paint: Paint): string {
  const { pass, fail, skip } = summarise(results);
  const lines = results.flatMap((result) => linesOf(result, paint));
  return `${lines.join('\n')}\n\n${pass} passed, ${fail} failed, ${skip} skipped\n`;
}

function linesOf(result: Result, paint: Paint): string[] {
  const { id, title, status, severity, found, expected, from, hint } = result;
  const mark = paint(COLORS[status], MARKS[status]);
  if (status === 'skip') return [`${mark}  ${id}: ${title}: ${found}`];
  if (status === 'pass') return [`${mark}  ${id}: ${title}: ${found}${from ? ` (${from})` : ''}`];
  return [
    `${mark}  ${id}: ${title} [${severity}]`,
    `    found:    ${found}`,
    `    expected: ${expected}`,
    ...(from ? [`    from:     ${from}`] : []),
    ...(hint ? [`    ${hint}`] : []),
  ];
}
