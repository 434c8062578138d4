import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Returns the names of all targets, which are files in `targets/`. */
export function listTargets(root: string): string[] {
  return readdirSync(join(root, 'tests/fuzz/targets'))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
}

/**
 * Bundles a target with the sources that it calls into one file: the fuzzer instruments what is
 * required, and does not read TypeScript.
 */
export async function bundleTarget(root: string, name: string, outfile: string): Promise<void> {
  const packages = join(root, 'packages');
  const faces = readdirSync(packages).flatMap((directory) => [
    [`@haos/${directory}`, join(packages, directory, 'src/index.ts')],
    [`@haos/${directory}/internal`, join(packages, directory, 'src/internal.ts')],
  ]);
  await build({
    entryPoints: [join(root, 'tests/fuzz/targets', `${name}.ts`)],
    outfile,
    alias: Object.fromEntries(faces),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
}
