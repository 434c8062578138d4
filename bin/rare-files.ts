import { basename } from 'node:path';
import type { Options } from 'tsup';

/** Functions by the path of their module. */
export type RareFunctions = Readonly<Record<string, readonly string[]>>;

/**
 * Returns a plugin that makes a separate file of each of some modules. Where other modules import
 * one, the bundle has short functions that load the file when they are called. So a start does not
 * read code that only a wrong or a rare configuration needs. esbuild refuses an import of anything
 * but the listed functions.
 */
export function rareFiles(modules: RareFunctions): NonNullable<Options['esbuildPlugins']>[number] {
  const nameOf = (path: string) => basename(path, '.ts');
  return {
    name: 'rare-files',
    setup(build) {
      const others = build.initialOptions.entryPoints as Record<string, string>;
      const files = Object.fromEntries(Object.keys(modules).map((path) => [nameOf(path), path]));
      const taken = Object.keys(files).filter((name) => others[name] !== undefined);
      if (taken.length > 0 || Object.keys(files).length < Object.keys(modules).length)
        throw new Error(`two modules would become the same file: ${taken.join(', ')}`);
      build.initialOptions.entryPoints = { ...others, ...files };
      build.onResolve({ filter: /^\.\.?\// }, async ({ path, kind, resolveDir, importer, pluginData }) => {
        if (kind !== 'import-statement' || pluginData === SECOND || importer in modules) return undefined;
        const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: SECOND });
        return found.path in modules
          ? { path: found.path, namespace: 'rare', sideEffects: false }
          : undefined;
      });
      build.onLoad({ filter: /./, namespace: 'rare' }, ({ path }) => ({
        contents: modules[path]!.map(
          (name) =>
            `export function ${name}(...args) { return require('./${nameOf(path)}.cjs').${name}(...args) }`,
        ).join('\n'),
        loader: 'js',
      }));
      build.onResolve({ filter: /\.cjs$/, namespace: 'rare' }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** Marks the paths that this plugin itself asks esbuild to resolve. */
const SECOND = {};
