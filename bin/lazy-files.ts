import { basename, resolve } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];
type Build = Parameters<Plugin['setup']>[0];

/**
 * Returns a plugin that makes a separate file of each module that `import()` loads, with only what
 * it needs; `require` loads the file at first use. esbuild splits only ESM, and there a module that
 * imports one name from the index of a package gets all of the package. The price: code that
 * several commands use is in each of their files.
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
      // Otherwise Node would load its ESM loader for each import().
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

/** Marks the paths that this plugin itself asks esbuild to resolve. */
const SECOND = {};

/** Returns the absolute path of each module that `import()` loads, and the name of its file. */
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
    throw new Error(`two of these modules would become the same file: ${modules.join(', ')}`);
  return files;
}

/** Returns a name such as `validate` for a module of HAOS, or `undici` for a package. */
function nameOf(path: string): string {
  const [, inPackage] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return inPackage?.replace('/', '-') ?? basename(path, '.ts');
}
