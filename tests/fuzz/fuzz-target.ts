import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundleTarget } from './bundle.js';

export interface FuzzResult {
  target: string;
  /** Inputs that the target was called with. */
  inputs: number;
  /** Places of the code that they reached. */
  coverage: number;
  seconds: number;
  /** What the fuzzer printed about a failure, with the file of the input. */
  failure: string | undefined;
}

export interface FuzzOptions {
  root: string;
  /** The command that starts Node. */
  node: readonly string[];
  /** How many inputs to try. */
  inputs: number;
}

/** Milliseconds for one input; more counts as a failure. */
const INPUT_LIMIT = 20_000;

/**
 * Calls one target with inputs that the fuzzer makes from those in `tests/fuzz/corpus`. Inputs that
 * reach new code are kept in `.cache/fuzz`, and the next run continues with them.
 */
export async function fuzzTarget(target: string, { root, node, inputs }: FuzzOptions): Promise<FuzzResult> {
  const cache = join(root, '.cache/fuzz');
  const [found, failures] = [join(cache, 'corpus', target), join(cache, 'failures')];
  for (const directory of [found, failures]) mkdirSync(directory, { recursive: true });
  const bundle = join(cache, `${target}.cjs`);
  await bundleTarget(root, target, bundle);
  const [command = process.execPath, ...rest] = node;
  const started = performance.now();
  const { status, output } = await run(command, [
    ...rest,
    join(root, 'node_modules/@jazzer.js/core/dist/cli.js'),
    bundle,
    ...[found, join(root, 'tests/fuzz/corpus', target)],
    ...['--includes', `${target}.cjs`, '--disable_bug_detectors', '.*', '--timeout', String(INPUT_LIMIT)],
    '--',
    ...[
      `-runs=${inputs}`,
      '-print_final_stats=1',
      '-max_len=65536',
      `-artifact_prefix=${failures}/${target}-`,
    ],
  ]);
  return {
    target,
    inputs: lastNumber(output, /number_of_executed_units: (\d+)/g),
    coverage: lastNumber(output, / cov: (\d+)/g),
    seconds: (performance.now() - started) / 1000,
    failure: status === 0 ? undefined : failureIn(output),
  };
}

function run(command: string, args: readonly string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

function lastNumber(output: string, pattern: RegExp): number {
  return Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
}

/** Leaves out the lines about progress. */
function failureIn(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^(?:#\d+|INFO:|stat::|Done |\(|$)/.test(line))
    .join('\n');
}
