import { defineConfig, type Options } from 'tsup';

/**
 * Returns the bundle settings of a library package: ESM for the oldest supported Node, split so
 * that lazy imports stay separate files. Declarations come from `tsc -b`, which knows references.
 */
export function libraryBundle(options: Options) {
  return defineConfig({
    format: 'esm',
    target: 'node20',
    platform: 'node',
    outDir: 'dist',
    splitting: true,
    // Keeps what `tsc -b` wrote; a chunk of an earlier build must not be published.
    clean: ['!**/*.d.ts', '!**/.tsbuildinfo'],
    removeNodeProtocol: false,
    dts: false,
    silent: true,
    ...options,
  });
}
