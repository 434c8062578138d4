import type { CmdlineIssue } from './issue.js';
import type { Parameter } from './parse.js';

/** Objects have no prototype, so a parameter called `__proto__` is an ordinary key. */
export interface Tree {
  [name: string]: string | string[] | Tree;
}

/**
 * Returns the parameters as a plain object. Dotted names are nested, and a repeated name becomes a
 * list in order. `name[KEY]` is an entry of the object `name`, where the last value wins. If a name
 * is both a value and a section, the first use stays, and the other is left out and reported.
 * Malformed names are left out, because `parse` has reported them. No name has a special meaning
 * here; the reader decides what a parameter means.
 */
export function toTree(parameters: readonly Parameter[]): { tree: Tree; issues: CmdlineIssue[] } {
  const tree: Tree = Object.create(null);
  const issues: CmdlineIssue[] = [];
  for (const [index, parameter] of parameters.entries()) {
    if (!parameter.malformed && !insert(tree, parameter)) issues.push(describeConflict(parameter, index));
  }
  return { tree, issues };
}

function insert(tree: Tree, parameter: Parameter): boolean {
  const { path, bracketKey, value } = parameter;
  const sections = bracketKey === undefined ? path.slice(0, -1) : path;
  const section = enterSections(tree, sections);
  if (section === undefined) return false;

  const key = bracketKey ?? path.at(-1)!;
  const existing = section[key];
  if (isTree(existing)) return false;
  if (existing === undefined || bracketKey !== undefined) section[key] = value;
  else section[key] = [existing, value].flat();
  return true;
}

function enterSections(tree: Tree, names: readonly string[]): Tree | undefined {
  let section = tree;
  for (const name of names) {
    section[name] ??= Object.create(null) as Tree;
    const next = section[name];
    if (!isTree(next)) return undefined;
    section = next;
  }
  return section;
}

function isTree(value: Tree[string] | undefined): value is Tree {
  return typeof value === 'object' && !Array.isArray(value);
}

function describeConflict(parameter: Parameter, index: number): CmdlineIssue {
  return {
    code: 'conflicting-names',
    message: `${parameter.name} is used both as a value and as a section`,
    hint: 'Remove one of the two.',
    parameter: index,
    offset: parameter.nameOffset,
    length: parameter.nameLength,
  };
}
