import { defineConfig, type Options } from 'tsup';

/**
 * How every library package is bundled: ESM for the oldest supported Node, split so that what is
 * imported lazily stays a file of its own. Declarations come from `tsc -b`, which knows references.
 */
export function libraryBundle(options: Options) {
  return defineConfig({
    format: 'esm',
    target: 'node20',
    platform: 'node',
    outDir: 'dist',
    splitting: true,
    // All but what `tsc -b` wrote: a chunk of an earlier build must not be published.
    clean: ['!**/*.d.ts', '!**/.tsbuildinfo'],
    removeNodeProtocol: false,
    dts: false,
    silent: true,
    ...options,
  });
}
