import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { listWorkspaces } from '../../scripts/build.mjs';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One source file, parsed. */
export interface Module {
  /** Relative to the repository, such as `packages/cc/src/merge/merge.ts`. */
  path: string;
  tree: ts.SourceFile;
  /** Modules that it imports, re-exports, or loads later, types included. */
  imports: readonly string[];
}

/** The fields of a workspace's package.json that the rules need. */
export interface Manifest {
  name: string;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

export interface Workspace {
  /** Relative to the repository, such as `packages/cc`. */
  path: string;
  manifest: Manifest;
  modules: readonly Module[];
}

/** Parses the text of a module, without resolving or type-checking anything. */
export function parseModule(path: string, text: string): Module {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, tree, imports: nodesOf(tree).flatMap(importOf) };
}

/** Returns every node of a tree, parents first. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  return [node, ...children.flatMap(nodesOf)];
}

/**
 * Returns the module that a node refers to: `import`, `export from`, `import()`,
 * `import('...').Type`, `require()`.
 */
function importOf(node: ts.Node): string[] {
  const specifier = specifierOf(node);
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? [specifier.text] : [];
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (!ts.isCallExpression(node)) return undefined;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isRequire || node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
}

/** Returns all workspaces with their sources and tests. */
export function readWorkspaces(): Workspace[] {
  return listWorkspaces(ROOT).map(({ path }) => ({
    path,
    manifest: JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as Manifest,
    modules: readModules(`${path}/src`),
  }));
}

/** Returns all TypeScript and JavaScript files below a folder of the repository. */
export function readModules(folder: string): Module[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[mc]?[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => parseModule(relative(ROOT, file), readFileSync(file, 'utf8')));
}
