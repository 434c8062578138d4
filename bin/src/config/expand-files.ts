import { accessSync, constants, type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PATTERN = /[*?[{]/;

/**
 * The files that the operands name, in their order. Patterns that no shell expanded are expanded,
 * and directories are searched for YAML. What yields no file is kept as it is, and reading it says
 * why.
 */
export async function expandFiles(operands: readonly string[]): Promise<string[]> {
  const named = operands.map(withSlashes);
  const patterns = new Set(named.filter(isPattern));
  const glob = patterns.size > 0 ? (await import('tinyglobby')).globSync : undefined;
  return named.flatMap((operand) => {
    const options = { dot: false, expandDirectories: false };
    const paths = glob && patterns.has(operand) ? glob(operand, options).sort() : [operand];
    const found = paths.flatMap((path) => (isSearchable(path) ? listYaml(path) : [path]));
    // A pattern that nothing matches is read as a name, which tells that there is no such file.
    return found.length > 0 ? found : [operand];
  });
}

/** As Windows separates it, where no file has that very name. */
function withSlashes(operand: string): string {
  return operand.includes('\\') && !existsSync(operand) ? operand.replaceAll('\\', '/') : operand;
}

function isPattern(operand: string): boolean {
  return PATTERN.test(operand) && !existsSync(operand);
}

/**
 * The YAML files anywhere below a directory, without hidden ones and packages of npm. One that
 * cannot be read stands for itself, so that it is told.
 */
function listYaml(directory: string): string[] {
  return readEntries(directory).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return isSearchable(path) ? listYaml(path) : [path];
    return /\.ya?ml$/i.test(entry.name) ? [path] : [];
  });
}

/** By name. */
function readEntries(directory: string): Dirent[] {
  return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a path is a directory that can be searched. */
function isSearchable(path: string): boolean {
  try {
    if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
    accessSync(path, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
