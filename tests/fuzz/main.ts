// Calls the parsers of HAOS with inputs that a fuzzer makes: docs/building.md.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { alignColumns } from '../../scripts/level-tables.mjs';
import { StepFailure, step } from '../../scripts/run.mjs';
import { listTargets } from './bundle.js';
import { type FuzzResult, fuzzTarget } from './fuzz-target.js';
import { findNodeCommand } from './node-command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const INPUTS = 100_000;
const USAGE = `usage: npm run test:fuzz -- [TARGET...] [--inputs N]
  --inputs N  how many inputs all targets get together; default ${INPUTS}
targets: ${listTargets(root).join(', ')}`;

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { inputs: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    const all = listTargets(root);
    const unknown = positionals.find((name) => !all.includes(name));
    if (unknown !== undefined) throw new TypeError(`unknown target ${unknown}`);
    const inputs = Number(values.inputs ?? INPUTS);
    if (!Number.isSafeInteger(inputs) || inputs < 1)
      throw new TypeError('--inputs needs a whole number from 1');
    return { targets: positionals.length === 0 ? all : positionals, inputs, isHelp: values.help === true };
  } catch (error) {
    throw new StepFailure(`${(error as Error).message}\n${USAGE}`, 2);
  }
}

/** Returns the table of all targets, and the line that ends every level of tests. */
function formatResults(results: readonly FuzzResult[]): string {
  const rows = results.map(({ target, inputs, coverage, seconds, failure }) => [
    target,
    ...[inputs, coverage, Math.round(inputs / seconds)].map(String),
    `${seconds.toFixed(1)} s`,
    failure === undefined ? 'ok' : 'FAILED',
  ]);
  const table = alignColumns([['target', 'inputs', 'coverage', 'per second', 'time', ''], ...rows]);
  const total = results.reduce((sum, { inputs }) => sum + inputs, 0);
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  return `\n${table}\n\n${total} inputs\n${results.length - failed} passed, ${failed} failed`;
}

async function fuzz(targets: readonly string[], inputs: number): Promise<number> {
  const node = await step('libraries of the fuzzer', () => findNodeCommand(root));
  const share = Math.ceil(inputs / targets.length);
  const results: FuzzResult[] = [];
  for (const target of targets) {
    const result = await step(target, () => fuzzTarget(target, { root, node, inputs: share }));
    if (result.failure !== undefined) console.log(result.failure);
    results.push(result);
  }
  console.log(formatResults(results));
  return results.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

try {
  const { targets, inputs, isHelp } = readArguments(process.argv.slice(2));
  if (isHelp) console.log(USAGE);
  else process.exitCode = await fuzz(targets, inputs);
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.log(error.message);
  process.exitCode = error.status;
}
