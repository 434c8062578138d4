import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { digestOf, digestPaths } from './digest.js';
import { describeK3s } from './k3s/k3s-record.js';
import type { Options } from './options.js';
import type { Step } from './step.js';
import type { Versions } from './versions.js';

/** Everything that can change what a step makes, besides the steps that it needs. */
export interface StepInputs {
  /** The repository. */
  root: string;
  options: Options;
  versions: Versions;
  /** Seconds since the epoch. */
  epoch: number;
}

/** A digest over the recipe of a step, all its inputs, and the digests of the steps that it needs. */
export function digestStep(
  step: Step,
  { root, options, versions, epoch }: StepInputs,
  digests: ReadonlyMap<string, string>,
): string {
  return digestOf([
    String(epoch),
    bundleRecipe(step.recipe),
    ...(step.files ?? []).map((file) => digestPaths([join(root, file)])),
    ...(step.pins ?? []).map((key) => JSON.stringify(versions[key])),
    ...(step.settings ?? []).map((key) => settingOf(options, key)),
    ...step.needs.map((name) => digests.get(name) ?? ''),
  ]).slice(0, 16);
}

/**
 * The recipe with everything that it imports, packages included, as one text. What of those modules it cannot reach is not in
 * the text, and neither are comments and types: they do not change what it makes.
 */
function bundleRecipe(recipe: string): string {
  const { outputFiles } = buildSync({
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

/** Of k3s the content counts, and not where it lies on this machine. */
function settingOf(options: Options, key: keyof Options): string {
  if (key === 'k3s') return JSON.stringify(options.k3s && describeK3s(options.k3s)) ?? '';
  return options[key] ?? '';
}
