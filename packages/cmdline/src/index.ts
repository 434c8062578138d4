export { type FormatEntry, type FormatIssue, format } from './format.js';
export type { CmdlineIssue, CmdlineIssueCode } from './issue.js';
export { type Parameter, type ParsedCmdline, parse } from './parse.js';
export { type SplitName, splitName } from './split-name.js';
export { type Tree, toTree } from './to-tree.js';
export { type Token, tokenize } from './tokenize.js';
