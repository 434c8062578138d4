import type { CmdlineIssue, CmdlineIssueCode } from './issue.js';
import { splitName, splitPath } from './split-name.js';
import { countQuotes, type Token, tokenize } from './tokenize.js';

/** One parameter, and how it was written. */
export interface Parameter extends Token {
  /** The parts of the name between the dots, as written, up to the first bracket. */
  path: string[];
  /** KEY of the form `name[KEY]`. */
  bracketKey: string | undefined;
  /**
   * True if the name has an empty part or broken brackets (see `splitName`). `path` is then the
   * readable part.
   */
  malformed: boolean;
  /** `true` if there is no `=`. */
  value: string;
  /** True if there is no `=`. */
  bare: boolean;
}

export interface ParsedCmdline {
  /** All parameters in order, including those of other programs. */
  parameters: Parameter[];
  issues: CmdlineIssue[];
}

/**
 * Parses a kernel command line, such as the text of `/proc/cmdline`. Never throws; problems are in
 * `issues`.
 */
export function parse(text: string): ParsedCmdline {
  const parameters = tokenize(text).map(toParameter);
  const issues = parameters.flatMap((parameter, index) =>
    checkParameter(text, parameter, index, parameters[index - 1]),
  );
  return { parameters, issues };
}

function toParameter(token: Token): Parameter {
  const split = splitName(token.name);
  return {
    ...token,
    path: split?.path ?? splitPath(token.name),
    bracketKey: split?.mapKey,
    malformed: split === undefined,
    value: token.value ?? 'true',
    bare: token.value === undefined,
  };
}

const FINDINGS: Record<Exclude<CmdlineIssueCode, 'conflicting-names'>, { message: string; hint: string }> = {
  'stray-quote': {
    message: 'a double quote groups nothing',
    hint: 'Put the quotes around the whole value, directly after the "=", or around the whole parameter.',
  },
  'joined-parameters': {
    message: 'a parameter begins directly after a closing quote',
    hint: 'Separate the two parameters with a space.',
  },
  'empty-name': { message: 'a parameter has no name', hint: 'Write a name before the "=".' },
  'malformed-name': {
    message: 'a name has an empty part or broken brackets',
    hint: 'Write the name as section.key or as section.key[map.key].',
  },
};

function checkParameter(
  text: string,
  parameter: Parameter,
  index: number,
  previous: Parameter | undefined,
): CmdlineIssue[] {
  const { offset, length, nameOffset, nameLength } = parameter;
  const raw = text.slice(offset, offset + length);
  const issues: CmdlineIssue[] = [];
  const report = (code: keyof typeof FINDINGS, from: number, size: number) =>
    issues.push({ code, ...FINDINGS[code], parameter: index, offset: from, length: size });

  if (previous && previous.offset + previous.length === offset) report('joined-parameters', offset, length);
  if (countQuotes(raw) % 2 === 1) report('stray-quote', offset + raw.lastIndexOf('"'), 1);
  if (nameLength === 0) report('empty-name', offset, length);
  else if (parameter.malformed) report('malformed-name', nameOffset, nameLength);
  return issues;
}
