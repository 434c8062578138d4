import { HaosError } from '@haos/host';
import type { CcErrorCode } from '../../errors.js';
import { isLonger } from '../../rules/rule.js';

/**
 * pam_env reads lines into a buffer of 1024 bytes and rejects the whole file if a line is longer.
 */
const MAX_LINE_BYTES = 1000;

/** Returns whether a shell can set a variable of this name (POSIX.1-2017, 3.235 Name). */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/**
 * Returns one line of /etc/environment that pam_env reads like a shell that sources the file.
 *
 * pam_env takes the text between the quotes unchanged and has no escapes; it ends the line at any
 * `#`, quoted or not. So a value gets the kind of quotes that needs no escapes in it. Throws
 * HAOS_CC_ENVIRONMENT_VALUE if neither kind works, if the value contains a line break, a NUL or a
 * `#`, or if the line would have more than 1000 bytes. The message does not contain the value.
 */
export function formatEnvironmentLine(name: string, value: string): string {
  const line = findEnvironmentLine(name, value);
  if (line === undefined) {
    throw new HaosError<CcErrorCode>(
      'HAOS_CC_ENVIRONMENT_VALUE',
      `haos.environment.${name} cannot be written to /etc/environment`,
      { hint: 'Use one line of at most 1000 bytes without #, and not both kinds of quotes.' },
    );
  }
  return line;
}

/** Returns the same line, or undefined if the value cannot be written. */
export function findEnvironmentLine(name: string, value: string): string | undefined {
  const quoted = quote(value);
  const line = `${name}=${quoted}`;
  return quoted === undefined || isLonger(line, MAX_LINE_BYTES) ? undefined : line;
}

function quote(value: string): string | undefined {
  if (/[#\n\r\0]/.test(value)) return undefined;
  if (/^[A-Za-z0-9_@%+=:,./-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return /["\\$`]/.test(value) ? undefined : `"${value}"`;
}
