import { HaosError } from '@haos/host';
import type { CcErrorCode } from '../../errors.js';

/** Returns the first line of every file that HAOS owns, by which HAOS recognises its own files. */
export function ownershipLine(key: string): string {
  return `# Written by HAOS from ${key}; changes are overwritten.`;
}

/**
 * Formats a value for GLib's key files (GLib manual, "Key-value file parser"): `\s` for a blank at
 * either end, `\\` for a backslash, and an escaped list separator in a list. connman reads its
 * files with that parser.
 *
 * `key` names the value in the error, because the value may be a secret. Throws
 * HAOS_CC_CONNMAN_VALUE for a control character: a line break would begin another key.
 */
export function formatKeyFileValue(value: string, key: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for them
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    throw new HaosError<CcErrorCode>('HAOS_CC_CONNMAN_VALUE', `${key} contains a control character`, {
      hint: 'Remove line breaks and other control characters.',
    });
  }
  return value.replaceAll('\\', '\\\\').replace(/^ | $/g, '\\s');
}

/** Formats the items of a comma-separated list, each like `formatKeyFileValue`. */
export function formatKeyFileList(values: readonly string[], key: string): string {
  return values
    .map((value, index) => formatKeyFileValue(value, `${key}[${index}]`).replaceAll(',', '\\,'))
    .join(',');
}

/**
 * Returns the text of a key file with one value set. Replaces the line or adds it to its section;
 * adds the section if it is missing. Keeps all other lines.
 */
export function setKeyFileValue(
  text: string,
  entry: { section: string; key: string; value: string },
): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const line = `${entry.key}=${entry.value}`;
  const start = lines.findIndex((other) => sectionOf(other) === entry.section);
  if (start === -1) {
    const gap = lines.length === 0 ? [] : [''];
    return `${[...lines, ...gap, `[${entry.section}]`, line].join('\n')}\n`;
  }
  const next = lines.findIndex((other, index) => index > start && sectionOf(other) !== undefined);
  const end = next === -1 ? lines.length : next;
  const own = lines.findIndex((other, index) => index > start && index < end && keyOf(other) === entry.key);
  if (own === -1) lines.splice(start + 1, 0, line);
  else if (textOf(lines[own]!) !== entry.value) lines[own] = line;
  return `${lines.join('\n')}\n`;
}

function sectionOf(line: string): string | undefined {
  return /^\s*\[([^\]]*)\]\s*$/.exec(line)?.[1];
}

function keyOf(line: string): string | undefined {
  return /^\s*([^#=\s][^=]*?)\s*=/.exec(line)?.[1];
}

function textOf(line: string): string {
  return line.slice(line.indexOf('=') + 1).trim();
}
