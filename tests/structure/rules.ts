import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import { pathOf, readDrawing } from './drawing.js';
import { type Module, nodesOf, type Workspace } from './module.js';

/** Returns the violations of one module; empty if it complies. */
export type Rule = (module: Module, workspaces: readonly Workspace[]) => string[];

/** The packages that a workspace may import, from the drawing in docs/architecture.md. */
const BELOW = new Map(readDrawing().map((layer) => [pathOf(layer), layer.below]));

/** Modules that only the Host may use. */
const MACHINE = [
  'fs',
  'fs/promises',
  'child_process',
  'process',
  'http',
  'https',
  'http2',
  'net',
  'tls',
  'dgram',
  'dns',
];
const MACHINE_PACKAGES = ['execa', 'undici'];

/** Returns the workspace of a module, such as `packages/cc`. */
export function workspaceOf(path: string): string {
  return path.split('/src/')[0] ?? path;
}

/** Returns whether a file is a test, or published by a package for tests. */
function isForTests(path: string): boolean {
  return path.endsWith('.test.ts') || posix.basename(path) === 'testing.ts' || path.includes('/src/testing/');
}

/**
 * Returns the package of an import: `@haos/system` of `@haos/system/testing`; undefined for files
 * and for Node's modules.
 */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || builtinOf(specifier) !== undefined) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Returns `fs` for `node:fs` and for `fs`; undefined for other modules than Node's. */
function builtinOf(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return specifier.slice('node:'.length);
  return builtinModules.includes(specifier) ? specifier : undefined;
}

/** Imports go neither up nor sideways. */
export const layers: Rule = (module) => {
  const below = BELOW.get(workspaceOf(module.path));
  if (below === undefined) return [`${module.path}: ${workspaceOf(module.path)} has no layer`];
  return module.imports
    .filter((specifier) => specifier.startsWith('@haos/') && !below.includes(packageOf(specifier) ?? ''))
    .map((specifier) => `${module.path}: imports ${specifier}, which is not below it`);
};

/** Other packages are imported only through their `exports`, never by path. */
export const noDeepImports: Rule = (module, workspaces) =>
  module.imports
    .filter((specifier) => {
      if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(module.path), specifier);
        return !target.startsWith(`${workspaceOf(module.path)}/`);
      }
      const owner = workspaces.find(({ manifest }) => manifest.name === packageOf(specifier));
      const subpath = `.${specifier.slice(owner?.manifest.name.length ?? 0)}`;
      return owner !== undefined && !Object.hasOwn(owner.manifest.exports ?? {}, subpath);
    })
    .map((specifier) => `${module.path}: imports ${specifier}, which is private`);

/** Simulates a cloud for users, as tests do. */
const SERVES = 'bin/src/datasource/serve.ts';

/** Modules that a package publishes for tests are imported only in tests. */
export const testingOnlyInTests: Rule = (module) =>
  module.imports
    .filter(
      (specifier) =>
        /\/testing(\.js)?$/.test(specifier) && !isForTests(module.path) && module.path !== SERVES,
    )
    .map((specifier) => `${module.path}: imports ${specifier}, which is for tests`);

/**
 * Under packages/, only the Host touches files, processes, the network, `process` and the terminal.
 */
export const onlyHostTouchesMachine: Rule = (module) => {
  const { path } = module;
  if (!path.startsWith('packages/') || path.startsWith('packages/host/') || isForTests(path)) return [];
  const imports = module.imports.filter(
    (specifier) =>
      MACHINE.includes(builtinOf(specifier) ?? '') || MACHINE_PACKAGES.includes(packageOf(specifier) ?? ''),
  );
  return [...imports, ...globalsUsed(module, ['process', 'fetch', 'console'])].map(
    (name) => `${path}: uses ${name}`,
  );
};

/** The packages that a browser can load; what Node alone has comes from the Host. */
const PORTABLE = ['packages/cmdline', 'packages/system', 'packages/ssh', 'packages/audit', 'packages/cc'];

/** Packages that read configurations and plan run anywhere, browsers included. */
export const usesNothingOfNode: Rule = (module) => {
  if (!PORTABLE.includes(workspaceOf(module.path)) || isForTests(module.path)) return [];
  const imports = module.imports.filter((specifier) => builtinOf(specifier) !== undefined);
  return [...imports, ...globalsUsed(module, ['Buffer', 'process'])].map(
    (name) => `${module.path}: uses ${name}`,
  );
};

/** Imports use names, so exports have names. */
export const noDefaultExports: Rule = (module) =>
  nodesOf(module.tree)
    .filter(
      (node) =>
        ts.isExportAssignment(node) ||
        (ts.canHaveModifiers(node) &&
          ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)) ||
        (ts.isExportSpecifier(node) && node.name.text === 'default'),
    )
    .map(() => `${module.path}: has a default export`);

/**
 * A package's index.ts only lists its public names; its internal.ts only lists names for other
 * packages.
 */
export const indexIsExplicit: Rule = (module) => {
  if (!/^(packages\/[^/]+|bin)\/src\/(index|internal)\.ts$/.test(module.path)) return [];
  return module.tree.statements
    .filter(
      (statement) =>
        !ts.isExportDeclaration(statement) ||
        statement.moduleSpecifier === undefined ||
        statement.exportClause === undefined ||
        !ts.isNamedExports(statement.exportClause),
    )
    .map(
      (statement) => `${module.path}: is more than a list of exports: ${statement.getText().slice(0, 60)}`,
    );
};

/** Comments have at most 100 columns, unless a word such as a URL is longer. */
export const commentWidth: Rule = ({ path, tree }) =>
  path.includes('/generated/')
    ? []
    : tree.text
        .split('\n')
        .filter((line) => line.length > 100 && /^\s*(\/\/|\/?\*+) +\S+ +\S/.test(line))
        .map((line) => `${path}: a comment is longer than 100 columns: ${line.trim().slice(0, 40)}`);

/** Tests use real files, and do not disable other tests. */
export const honestTests: Rule = (module) =>
  nodesOf(module.tree)
    .filter(ts.isPropertyAccessExpression)
    .map((node) => `${leftmost(node)}.${node.name.text}`)
    .filter((call) =>
      /^(vi\.(mock|doMock|unstable_mockModule)|(it|test|describe|bench|suite)\.(only|todo))$/.test(call),
    )
    .map((call) => `${module.path}: uses ${call}`);

function leftmost(node: ts.PropertyAccessExpression): string {
  let left: ts.Expression = node.expression;
  while (ts.isPropertyAccessExpression(left) || ts.isCallExpression(left)) left = left.expression;
  return left.getText();
}

/**
 * Returns which of these globals a module reads: `process.env`, `globalThis.process`. A property or
 * parameter of that name does not count.
 */
function globalsUsed(module: Module, names: readonly string[]): string[] {
  const identifiers = nodesOf(module.tree).filter(ts.isIdentifier);
  const declared = new Set(identifiers.filter(isDeclared).map((node) => node.text));
  const used = identifiers.filter((node) => names.includes(node.text) && isGlobal(node, declared));
  return [...new Set(used.map((node) => node.text))];
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  const declares =
    ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isFunctionDeclaration(parent);
  return (declares || ts.isBindingElement(parent) || ts.isImportSpecifier(parent)) && parent.name === node;
}

function isGlobal(node: ts.Identifier, declared: ReadonlySet<string>): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node)
    return parent.expression.getText() === 'globalThis';
  if (ts.isShorthandPropertyAssignment(parent)) return !declared.has(node.text);
  const isName = 'name' in parent && parent.name === node;
  const isOther = ts.isBindingElement(parent) || ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent);
  return !isName && !isOther && !declared.has(node.text);
}
