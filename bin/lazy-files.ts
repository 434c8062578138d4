import { basename, resolve } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];
type Build = Parameters<Plugin['setup']>[0];

/**
 * Makes each module that is imported by `import()` a file of its own, with what it needs and no more, loaded by `require` when
 * it is first used. esbuild splits only ESM, and there a module that imports one thing of a package's index drags
 * in all of it; the price here is that code which several commands use is in each of their files.
 */
export function lazyFiles(): Plugin {
  return {
    name: 'lazy-files',
    async setup(build) {
      const { initialOptions } = build;
      const files = await findLazyModules(build);
      initialOptions.entryPoints = {
        ...(initialOptions.entryPoints as Record<string, string>),
        ...Object.fromEntries([...files].map(([path, name]) => [name, path])),
      };
      // Without it Node would load its ESM loader for each import().
      initialOptions.supported = { 'dynamic-import': false };
      build.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === SECOND) return undefined;
        const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: SECOND });
        const name = files.get(found.path);
        return name ? { path: `./${name}.cjs`, external: true } : found;
      });
    },
  };
}

/** Marks what this plugin itself asks esbuild to resolve. */
const SECOND = {};

/** Absolute paths of all modules that are imported by `import()`, and the name of the file each becomes. */
async function findLazyModules({ esbuild, initialOptions }: Build): Promise<Map<string, string>> {
  const { metafile } = await esbuild.build({
    ...initialOptions,
    format: 'esm',
    splitting: true,
    metafile: true,
    write: false,
    plugins: [],
    logLevel: 'error',
  });
  const own = Object.values(initialOptions.entryPoints as Record<string, string>).map((path) =>
    resolve(path),
  );
  const modules = Object.values(metafile.outputs)
    .flatMap(({ entryPoint }) => (entryPoint === undefined ? [] : [resolve(entryPoint)]))
    .filter((path) => !own.includes(path));
  const files = new Map(modules.map((path) => [path, nameOf(path)]));
  if (new Set(files.values()).size < files.size)
    throw new Error(`two of these would be one file: ${modules.join(', ')}`);
  return files;
}

/** Such as `validate` for a module of ours, `undici` for a package. */
function nameOf(path: string): string {
  const [, inPackage] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return inPackage?.replace('/', '-') ?? basename(path, '.ts');
}
