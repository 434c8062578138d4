import { buildSync } from 'esbuild';
import { digestOf, digestPaths } from './digest.js';
import { describeK3s } from './k3s/k3s-record.js';
import type { Options } from './options.js';
import type { Step } from './step.js';
import type { Versions } from './versions.js';

/** Everything besides its needed steps that can change the result of a step. */
export interface StepInputs {
  /** The repository. */
  root: string;
  options: Options;
  versions: Versions;
  /** Seconds since the epoch. */
  epoch: number;
}

/**
 * Returns a digest over the recipe of a step, all its inputs, and the digests of the steps that it
 * needs. Where the repository lies does not count, so that checkouts can share results.
 */
export function digestStep(
  step: Step,
  { root, options, versions, epoch }: StepInputs,
  digests: ReadonlyMap<string, string>,
): string {
  return digestOf([
    String(epoch),
    bundleRecipe(root, step.recipe),
    digestPaths(root, step.files ?? []),
    ...(step.pins ?? []).map((key) => JSON.stringify(versions[key])),
    ...(step.settings ?? []).map((key) => settingOf(options, key)),
    ...step.needs.map((name) => digests.get(name) ?? ''),
  ]).slice(0, 16);
}

/**
 * Returns the recipe and everything that it imports, packages included, as one text. Unreachable
 * code, comments and types are left out, because they do not change the result. Module names in it
 * are relative to `root`.
 */
function bundleRecipe(root: string, recipe: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [recipe],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  return outputFiles.map(({ text }) => text).join('\n');
}

/** For k3s the content counts, not its location on this machine. */
function settingOf(options: Options, key: keyof Options): string {
  if (key === 'k3s') return JSON.stringify(options.k3s && describeK3s(options.k3s)) ?? '';
  return String(options[key] ?? '');
}
