import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import { dropUnusedSchemas } from './drop-unused-schemas.js';
import { lazyFiles } from './lazy-files.js';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * The program carries everything in itself. It is CommonJS, which Node 20 starts faster than ESM, and bundled from the
 * sources of the packages, so that each command loads only the modules it uses.
 */
export default defineConfig({
  entry: { main: 'src/main.ts' },
  format: 'cjs',
  target: 'node20',
  platform: 'node',
  outDir: 'dist',
  splitting: false,
  esbuildPlugins: [dropUnusedSchemas(), lazyFiles()],
  noExternal: [/./],
  // V8 reads every character at each start.
  minify: true,
  // What an earlier build left would be loaded by nobody, and a stale code cache by the launcher.
  clean: ['*.cjs', '*.cache'],
  silent: true,
  removeNodeProtocol: false,
  // For packages that use import.meta.url.
  shims: true,
  define: { HAOS_VERSION: JSON.stringify(version) },
  esbuildOptions(options) {
    options.alias = Object.fromEntries(
      readdirSync(packages).map((name) => [`@haos/${name}`, `${packages}${name}/src/index.ts`]),
    );
  },
});
