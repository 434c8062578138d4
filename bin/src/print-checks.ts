import type { Check } from '@haos/system';
import type { Paint } from './paint.js';

/** Formats checks for people: a line for each, and the hints of those that are not ok. */
export function formatChecks(checks: readonly Check[], paint: Paint): string {
  const lines = checks.flatMap(({ id, ok, message, hint }) => [
    `${ok ? paint('green', 'ok') : paint('red', 'NO')}  ${id}: ${message}`,
    ...(hint && !ok ? [`    ${hint}`] : []),
  ]);
  return `${lines.join('\n')}\n`;
}
