import type { Check } from '@haos/system';
import type { ErrorReport, ProgramErrorCode } from './failure.js';
import type { Paint } from './paint.js';

/** Formats checks for people: a line for each, and the hints of those that are not ok. */
export function formatChecks(checks: readonly Check[], paint: Paint): string {
  const lines = checks.flatMap(({ id, ok, message, hint }) => [
    `${ok ? paint('green', 'ok') : paint('red', 'NO')}  ${id}: ${message}`,
    ...(hint && !ok ? [`    ${hint}`] : []),
  ]);
  return `${lines.join('\n')}\n`;
}

/** The first check that failed, as an error for programs; undefined when all are ok. */
export function errorOfChecks(
  checks: readonly Check[],
  code: ProgramErrorCode = 'HAOS_CHECK_FAILED',
): ErrorReport | undefined {
  const failed = checks.find(({ ok }) => !ok);
  return failed && { code, message: `${failed.id}: ${failed.message}`, hint: failed.hint ?? null };
}
