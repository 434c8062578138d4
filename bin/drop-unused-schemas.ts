import { readFileSync } from 'node:fs';
import type { Options } from 'tsup';

/** Matches `var NAME = VALUE;`, whose further lines are indented or close a bracket. */
const TOP_LEVEL = /^var ([\w$]+) = ((?:.|\n(?=[\t\]})]))*);$/gm;

/**
 * Returns a plugin that marks the schemas and tags of js-yaml as pure. js-yaml creates them when it
 * is loaded, in calls that a bundler must keep. The calls have no other effect, so esbuild may drop
 * what is not used: half of the library if only the parser is used.
 */
export function dropUnusedSchemas(): NonNullable<Options['esbuildPlugins']>[number] {
  return {
    name: 'drop-unused-schemas',
    setup(build) {
      build.onLoad({ filter: /\/js-yaml\/dist\/js-yaml\.mjs$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(TOP_LEVEL, (statement, name: string, value: string) =>
          /^(?:class|function)\b/.test(value)
            ? statement
            : `var ${name} = /* @__PURE__ */ (() => (${value}))();`,
        ),
      }));
    },
  };
}
