import { liveHost } from '@haos/host';
import { describe, expect, it } from 'vitest';
import { formatEnvironmentLine } from './environment-line.js';

const VALUES = [
  '',
  'http://proxy.example:3128',
  'a b',
  ' a ',
  '$HOME',
  '`id`',
  'a"b',
  'a\\',
  '"',
  '!',
  "it's",
  "'",
  'grüße',
  '*',
];

describe('formatEnvironmentLine', () => {
  it.each(VALUES)('writes %j so that a shell reads it back', async (value) => {
    const script = `${formatEnvironmentLine('NAME', value)}\nprintf '%s|' "$NAME"`;

    expect((await liveHost().run('sh', ['-c', script])).stdout).toBe(`${value}|`);
  });

  it.each(VALUES)('writes %j so that pam_env reads it back', (value) => {
    expect(readLikePam(formatEnvironmentLine('NAME', value))).toBe(value);
  });

  it.each(['a\nB=c', 'a\rb', 'a\0b', 'a#b', `it's "both"`, "it's $5", 'x'.repeat(1000)])(
    'refuses %j',
    (value) => {
      expect(() => formatEnvironmentLine('NAME', value)).toThrow(
        expect.objectContaining({
          code: 'HAOS_CC_ENVIRONMENT_VALUE',
          message: expect.not.stringContaining(value),
        }),
      );
    },
  );
});

/**
 * Reads a line like pam_env.c of Linux-PAM: the rest of the line up to a `#`, without a quote at
 * either end.
 */
function readLikePam(line: string): string {
  const value = line.slice(line.indexOf('=') + 1).replace(/#.*/, '');
  return /^["']/.test(value) ? value.slice(1).replace(/["']$/, '') : value;
}
