import { readFileSync } from 'node:fs';
import type { Options } from 'tsup';

/** `var NAME = VALUE;`, whose further lines are indented or close a bracket. */
const TOP_LEVEL = /^var ([\w$]+) = ((?:.|\n(?=[\t\]})]))*);$/gm;

/**
 * js-yaml makes its schemas and tags when it is loaded, in calls that a bundler has to keep. None of them does
 * anything else, so esbuild is told that it may leave out what nothing uses: half of the library where only the parser is used.
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
