import type { CloudConfig } from '../generated/types.js';
import type { IssueCode, Severity } from '../issue.js';
import { toPointer } from '../pointer.js';

/** What a rule found, by JSON pointer; the place in the text is added afterwards. */
export interface Finding {
  code: IssueCode;
  /** Default `error`. */
  severity?: Severity;
  pointer: string;
  message: string;
  hint?: string;
}

/** Looks at a whole configuration whose types are right; touches nothing else. */
export type Rule = (config: CloudConfig) => Finding[];

/** The findings of a check of each item of a list. */
export function eachItem<Item>(
  items: readonly Item[] | undefined,
  pointer: string,
  check: (item: Item, pointer: string) => Finding[],
): Finding[] {
  return (items ?? []).flatMap((item, index) => check(item, `${pointer}/${index}`));
}

/** The findings of a check of each entry of a map. */
export function eachEntry(
  map: Readonly<Record<string, string>> | undefined,
  pointer: string,
  check: (key: string, value: string, pointer: string) => Finding[],
): Finding[] {
  return Object.entries(map ?? {}).flatMap(([key, value]) => check(key, value, pointer + toPointer([key])));
}

/** Whether a text is an absolute http or https URL; its text may hold a password and is not for messages. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** What is wrong with a digest; nothing when there is none. */
export function findSha256(text: string | undefined, pointer: string): Finding[] {
  if (!text || /^[0-9a-fA-F]{64}$/.test(text)) return [];
  return [
    {
      code: 'invalid-sha256',
      pointer,
      message: 'a SHA-256 digest has 64 hexadecimal digits',
      hint: 'take it from `sha256sum FILE`',
    },
  ];
}
