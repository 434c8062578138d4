import type { HostErrorCode } from '@haos/host';
import type { CcErrorCode } from '../errors.js';
import type { CloudConfig } from '../generated/types.js';
import type { IssueCode, Severity } from '../issue.js';
import { PATTERNS } from '../model/patterns.js';
import { toPointer } from '../model/pointer.js';

/** What a rule found, by JSON pointer. The place in the text is added later. */
export interface Finding {
  code: IssueCode;
  /** Default `error`. */
  severity?: Severity;
  pointer: string;
  message: string;
  hint?: string;
  /** The code that applying fails with, if it differs from that of the step. */
  failure?: CcErrorCode | HostErrorCode;
  /**
   * k3s is not configured at all, because without this value it would be another node than
   * intended.
   */
  blocksK3s?: true;
}

/**
 * Returns what a rule found, as the list that rules return: an error, unless `more` says otherwise.
 */
export function finding(
  code: IssueCode,
  pointer: string,
  message: string,
  hint?: string,
  more: Pick<Finding, 'severity' | 'failure' | 'blocksK3s'> = {},
): Finding[] {
  return [{ code, pointer, message, ...(hint !== undefined && { hint }), ...more }];
}

/** Returns the error of a value that cannot be used. */
export function invalid(pointer: string, message: string, hint: string): Finding[] {
  return finding('invalid-value', pointer, message, hint);
}

/** Returns the error of a text that is not what its key wants, such as `a user`. */
export function isNot(pointer: string, text: string, wanted: string, hint: string): Finding[] {
  return invalid(pointer, `${JSON.stringify(text)} is not ${wanted}`, hint);
}

/** Returns the error of an item without a key that it needs. */
export function missing(pointer: string, message: string, hint: string): Finding[] {
  return finding('missing-key', pointer, message, hint);
}

/** Returns the warning of a value that does nothing. */
export function noEffect(pointer: string, message: string, hint: string): Finding[] {
  return finding('no-effect', pointer, message, hint, { severity: 'warning' });
}

/**
 * Returns whether a finding makes a configuration invalid, so that applying leaves out the value it
 * points to.
 */
export function isError({ severity = 'error' }: Finding): boolean {
  return severity === 'error';
}

/** Checks a whole configuration whose types are right. Touches nothing else. */
export type Rule = (config: CloudConfig) => Finding[];

/** Returns the findings of a check for each item of a list. */
export function eachItem<Item>(
  items: readonly Item[] | undefined,
  pointer: string,
  check: (item: Item, pointer: string) => Finding[],
): Finding[] {
  return (items ?? []).flatMap((item, index) => check(item, `${pointer}/${index}`));
}

/** Returns the findings of a check for each entry of a map. */
export function eachEntry(
  map: Readonly<Record<string, string>> | undefined,
  pointer: string,
  check: (key: string, value: string, pointer: string) => Finding[],
): Finding[] {
  return Object.entries(map ?? {}).flatMap(([key, value]) => check(key, value, pointer + toPointer([key])));
}

/** Returns whether a text has a control character (Unicode category Cc). */
export function hasControls(text: string): boolean {
  return CONTROL.test(text);
}

/** Not `\p{Cc}`: V8 takes a millisecond to look that up. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for them
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Returns whether a text has more than `limit` bytes in UTF-8. */
export function isLonger(text: string, limit: number): boolean {
  // A code unit takes one to three bytes.
  if (text.length * 3 <= limit) return false;
  return text.length > limit || new TextEncoder().encode(text).length > limit;
}

/** Returns whether Linux can have no file at a path: NAME_MAX and PATH_MAX, in bytes. */
export function isPathTooLong(path: string): boolean {
  return isLonger(path, 4095) || (isLonger(path, 255) && path.split('/').some((name) => isLonger(name, 255)));
}

/** What to do about a path that is too long. */
export const SHORTEN_PATH = 'Use at most 255 bytes in each part and 4095 in total.';

/**
 * Returns whether execve(2) accepts a text as an argument or a variable: at most 128 KiB with its
 * final NUL, no other NUL.
 */
export function fitsProcess(text: string): boolean {
  return !text.includes('\0') && !isLonger(text, 128 * 1024 - 1);
}

/**
 * Returns whether a text is an absolute http or https URL without control characters. The text may
 * contain a password and must not be in messages.
 */
export function isHttpUrl(text: string): boolean {
  return HTTP_URL.test(text) && URL.canParse(text);
}

/** Parses a URL that is probably valid: `URL.canParse` before it would parse it twice. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

const HTTP_URL = new RegExp(PATTERNS.http);
const SHA256 = new RegExp(PATTERNS.sha256);

/** Checks a digest. Returns no findings if there is none. */
export function findSha256(text: string | undefined, pointer: string): Finding[] {
  if (!text || SHA256.test(text)) return [];
  const message = 'a SHA-256 digest has 64 hexadecimal digits';
  return finding('invalid-sha256', pointer, message, 'Use the output of `sha256sum FILE`.', {
    failure: 'HAOS_HTTP_CHECKSUM',
  });
}
