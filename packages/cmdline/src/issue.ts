/**
 * `stray-quote`: a quote that groups nothing · `joined-parameters`: no white space between two parameters ·
 * `empty-name`: nothing before the `=` · `malformed-name`: empty part or broken brackets · `conflicting-names`: one name is
 * both a value and a section.
 */
export type CmdlineIssueCode =
  | 'stray-quote'
  | 'joined-parameters'
  | 'empty-name'
  | 'malformed-name'
  | 'conflicting-names';

/** Something odd on a command line. It never holds a value, which may be secret. */
export interface CmdlineIssue {
  code: CmdlineIssueCode;
  message: string;
  hint: string;
  /** Index of the parameter meant. */
  parameter: number;
  /** UTF-16 units from the start of the text. */
  offset: number;
  /** At least 1. */
  length: number;
}
