import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { must, npmProgram, step } from './run.mjs';

/** Inputs of every workspace, in addition to its own files. */
const SHARED_INPUTS = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.json', 'tsup.base.ts'];

/**
 * @typedef {{
 *   path: string, name: string, bundled: boolean, dependencies: string[], outputs: string[],
 *   programs: Record<string, string>,
 * }} Workspace
 * @typedef {{ types?: string, bundles: Record<string, string> }} BuildRecord digests of the inputs
 *   of the last build
 */

/**
 * Compiles and bundles what is stale: its inputs differ from those of the last build, or its output
 * is missing.
 * @param {string} root
 */
export async function build(root) {
  const record = readRecord(root);
  const workspaces = listWorkspaces(root);
  const digests = digestWorkspaces(root, workspaces);
  const types = digestOf([...digests.values()]);
  const typesMissing = workspaces.some((workspace) => isMissing(root, workspace, '.d.ts'));

  if (record.types !== types || typesMissing) {
    // tsc does not notice a deleted output, because it checks only its own record.
    const args = typesMissing ? ['-b', '--force'] : ['-b'];
    await step('compile', () => must(npmProgram(root, 'tsc'), args, { cwd: root }));
    writeRecord(root, Object.assign(record, { types }));
  }
  for (const workspace of workspaces) {
    const digest = digests.get(workspace.path) ?? '';
    if (!workspace.bundled) continue;
    if (record.bundles[workspace.path] === digest && !isMissing(root, workspace, 'js')) continue;
    await step(`bundle ${workspace.name}`, () =>
      must('npm', ['run', '--silent', 'bundle', '--workspace', workspace.path], { cwd: root }),
    );
    record.bundles[workspace.path] = digest;
    writeRecord(root, record);
  }
  for (const workspace of workspaces) linkPrograms(root, workspace);
}

/**
 * Links the programs of a workspace where npx looks. npm does so when it installs, but only for
 * files that exist then.
 * @param {string} root
 * @param {Workspace} workspace
 */
export function linkPrograms(root, workspace) {
  for (const [name, file] of Object.entries(workspace.programs)) {
    const link = npmProgram(root, name);
    const target = join(root, workspace.path, file);
    chmodSync(target, 0o755);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), target), link);
  }
}

/**
 * Returns the workspaces in the order of package.json, which is the build order.
 * @param {string} root
 * @returns {Workspace[]}
 */
export function listWorkspaces(root) {
  const patterns = /** @type {string[]} */ (readJson(join(root, 'package.json')).workspaces);
  return patterns
    .flatMap((pattern) => (pattern.endsWith('/*') ? listDirectories(root, pattern.slice(0, -2)) : [pattern]))
    .filter((path) => existsSync(join(root, path, 'package.json')))
    .map((path) => describeWorkspace(root, path));
}

/** @param {string} root @param {string} path @returns {Workspace} */
function describeWorkspace(root, path) {
  const manifest = readJson(join(root, path, 'package.json'));
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const outputs = stringsIn([manifest.exports, manifest.bin, manifest.files]).filter((target) =>
    /^(?:\.\/)?dist\//.test(target),
  );
  const bundled = manifest.scripts?.bundle !== undefined;
  return { path, name: manifest.name, bundled, dependencies, outputs, programs: manifest.bin ?? {} };
}

/** @param {string} root @param {Workspace} workspace @param {string} ending */
function isMissing(root, workspace, ending) {
  return workspace.outputs
    .filter((file) => file.endsWith(ending))
    .some((file) => !isThere(join(root, workspace.path, file)));
}

/** @param {string} pattern a path whose last part may be `*` and an ending */
function isThere(pattern) {
  const [, ending] = /\/\*([^/]*)$/.exec(pattern) ?? [];
  if (ending === undefined) return existsSync(pattern);
  const directory = dirname(pattern);
  return existsSync(directory) && readdirSync(directory).some((name) => name.endsWith(ending));
}

/**
 * Returns one digest per workspace over its own inputs, the shared ones, and the digests of its
 * dependencies.
 * @param {string} root
 * @param {readonly Workspace[]} workspaces
 * @returns {Map<string, string>}
 */
export function digestWorkspaces(root, workspaces) {
  const shared = SHARED_INPUTS.map((file) => digestFile(root, join(root, file)));
  const own = new Map(workspaces.map((workspace) => [workspace.name, digestInputs(root, workspace.path)]));
  /** @param {Workspace} workspace @returns {string} */
  const digest = (workspace) => {
    const below = workspaces.filter((other) => workspace.dependencies.includes(other.name)).map(digest);
    return digestOf([...shared, own.get(workspace.name) ?? '', ...below]);
  };
  return new Map(workspaces.map((workspace) => [workspace.path, digest(workspace)]));
}

/** @param {string} root @param {string} path */
function digestInputs(root, path) {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  const top = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.md'));
  const directories = entries.filter(
    (entry) => entry.isDirectory() && !['dist', 'node_modules'].includes(entry.name),
  );
  const files = [
    ...top.map((entry) => join(root, path, entry.name)),
    ...directories.flatMap((entry) => listFiles(join(root, path, entry.name))),
  ];
  return digestOf(
    files
      .filter((file) => !file.endsWith('.test.ts'))
      .sort()
      .map((file) => digestFile(root, file)),
  );
}

/** @param {string} directory @returns {string[]} */
function listFiles(directory) {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** @param {string} root @param {string} directory */
function listDirectories(root, directory) {
  const entries = readdirSync(join(root, directory), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${directory}/${entry.name}`)
    .sort();
}

/** @param {string} root @param {string} file */
function digestFile(root, file) {
  return digestOf([relative(root, file), existsSync(file) ? readFileSync(file) : '']);
}

/** @param {readonly (string | Uint8Array)[]} parts */
function digestOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/**
 * Returns every string in a tree of objects and arrays.
 * @param {unknown} value
 * @returns {string[]}
 */
function stringsIn(value) {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** @param {string} root @returns {BuildRecord} */
function readRecord(root) {
  try {
    return { bundles: {}, ...readJson(join(root, '.cache', 'build.json')) };
  } catch {
    return { bundles: {} }; // missing or truncated: build everything
  }
}

/** @param {string} root @param {BuildRecord} record */
function writeRecord(root, record) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(join(root, '.cache', 'build.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
