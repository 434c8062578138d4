/**
 * `stray-quote`: a quote that groups nothing · `joined-parameters`: no white space between two
 * parameters · `empty-name`: nothing before the `=` · `malformed-name`: an empty part or broken
 * brackets · `conflicting-names`: one name is both a value and a section.
 */
export type CmdlineIssueCode =
  | 'stray-quote'
  | 'joined-parameters'
  | 'empty-name'
  | 'malformed-name'
  | 'conflicting-names';

/** A problem on a command line. It never contains a value, because values may be secret. */
export interface CmdlineIssue {
  code: CmdlineIssueCode;
  message: string;
  hint: string;
  /** Index of the parameter that has the problem. */
  parameter: number;
  /** UTF-16 units from the start of the text. */
  offset: number;
  /** At least 1. */
  length: number;
}
