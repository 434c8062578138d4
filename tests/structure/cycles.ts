import { posix } from 'node:path';
import type { Module } from './module.js';

/** Returns the import cycles between modules, types included; each as the paths along the cycle. */
export function findCycles(modules: readonly Module[]): string[][] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) cycles.push(way.slice(start));
    if (start >= 0 || done.has(path)) return;
    for (const next of filesOf(byPath.get(path))) if (byPath.has(next)) visit(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return cycles;
}

/** Returns the files of the same workspace that a module imports. */
function filesOf(module: Module | undefined): string[] {
  if (module === undefined) return [];
  return module.imports
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(module.path), specifier.replace(/\.js$/, '.ts')));
}
