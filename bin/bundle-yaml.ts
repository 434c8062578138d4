import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Options } from 'tsup';
import { ScriptTarget, transpile } from 'typescript';

const MODULE = fileURLToPath(import.meta.resolve('js-yaml'));

/** Matches `var NAME = VALUE;`, whose further lines are indented or close a bracket. */
const TOP_LEVEL = /^var ([\w$]+) = ((?:.|\n(?=[ \]})]))*);$/gm;

/**
 * Returns a plugin that prepares js-yaml for a bundle. Both of its builds become one copy, without
 * object spread, with which Node 20 parses four times slower (docs/decisions.md).
 *
 * It marks the schemas and tags as pure. js-yaml creates them when it is loaded, in calls that a
 * bundler must keep. The calls have no other effect, so esbuild may drop what is not used: half of
 * the library if only the parser is used.
 */
export function bundleYaml(): NonNullable<Options['esbuildPlugins']>[number] {
  return {
    name: 'bundle-yaml',
    setup(build) {
      build.onResolve({ filter: /^js-yaml\/browser$/ }, () => ({ path: MODULE }));
      build.onLoad({ filter: /\/js-yaml\/dist\/js-yaml\.mjs$/ }, ({ path }) => ({
        // The newest target without object spread. esbuild's own replacement for it is slow.
        contents: markPure(transpile(readFileSync(path, 'utf8'), { target: ScriptTarget.ES2017 })),
      }));
    },
  };
}

function markPure(module: string): string {
  return module.replace(TOP_LEVEL, (statement, name: string, value: string) =>
    /^(?:class|function)\b/.test(value) ? statement : `var ${name} = /* @__PURE__ */ (() => (${value}))();`,
  );
}
