import { accessSync, constants, type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PATTERN = /[*?[{]/;

/**
 * Returns the files that the operands name, in order. Expands patterns that the shell did not
 * expand, and searches directories for YAML files. An operand that yields no file stays as it is,
 * so that the error message names it.
 */
export async function expandFiles(operands: readonly string[]): Promise<string[]> {
  const named = operands.map(withSlashes);
  const patterns = new Set(named.filter(isPattern));
  const glob = patterns.size > 0 ? (await import('tinyglobby')).globSync : undefined;
  return named.flatMap((operand) => {
    const options = { dot: false, expandDirectories: false };
    const paths = glob && patterns.has(operand) ? glob(operand, options).sort() : [operand];
    const found = paths.flatMap((path) => (isSearchable(path) ? listYaml(path) : [path]));
    return found.length > 0 ? found : [operand];
  });
}

/** Returns a path of Windows with slashes, unless a file has that very name. */
function withSlashes(operand: string): string {
  return operand.includes('\\') && !existsSync(operand) ? operand.replaceAll('\\', '/') : operand;
}

function isPattern(operand: string): boolean {
  return PATTERN.test(operand) && !existsSync(operand);
}

/**
 * Returns the YAML files below a directory, without hidden ones and npm packages. Includes a
 * directory that cannot be searched, so that reading it reports why.
 */
function listYaml(directory: string): string[] {
  return readEntries(directory).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return isSearchable(path) ? listYaml(path) : [path];
    return /\.ya?ml$/i.test(entry.name) ? [path] : [];
  });
}

/** Returns the entries of a directory, sorted by name. */
function readEntries(directory: string): Dirent[] {
  return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns whether a path is a directory that can be searched. */
function isSearchable(path: string): boolean {
  try {
    if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
    accessSync(path, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
