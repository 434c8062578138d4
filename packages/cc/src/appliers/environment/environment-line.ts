import { HaosError } from '@haos/host';
import type { CcErrorCode } from '../../errors.js';
import { byteLength } from '../../rules/rule.js';

/** pam_env reads lines into a buffer of 1024 bytes and gives up on the whole file at a longer one. */
const MAX_LINE_BYTES = 1000;

/** Whether a name is one that a shell can set (POSIX.1-2017, 3.235 Name). */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/**
 * One line of /etc/environment that pam_env and a shell which sources the file read alike.
 *
 * pam_env takes the text between the quotes as it is and knows no escapes; it ends the line at any `#`, quoted or not. So a
 * value is quoted with the quotes that need no escapes in it. Throws HAOS_CC_ENVIRONMENT_VALUE when there are none, when the
 * value holds a line break, a NUL or a `#`, and when the line would have more than 1000 bytes. The value is in no message.
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

/** The same line; undefined when there is none. */
export function findEnvironmentLine(name: string, value: string): string | undefined {
  const quoted = quote(value);
  const line = `${name}=${quoted}`;
  return quoted === undefined || byteLength(line) > MAX_LINE_BYTES ? undefined : line;
}

function quote(value: string): string | undefined {
  if (/[#\n\r\0]/.test(value)) return undefined;
  if (/^[A-Za-z0-9_@%+=:,./-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return /["\\$`]/.test(value) ? undefined : `"${value}"`;
}
