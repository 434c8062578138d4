import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** CPU time in milliseconds, user and system, and peak memory in MiB. */
export interface Usage {
  cpu: number;
  peak: number;
  /** Wall-clock milliseconds. */
  wall: number;
}

const preload = fileURLToPath(new URL('usage.cjs', import.meta.url));

/**
 * Runs a Node script and returns what it used. Only the process itself can measure that without a
 * tool outside Node, so it reports when it ends. Ending is not counted; loading the reporter is,
 * equally in everything that is compared.
 */
export function runNode(args: readonly string[], accept = 0): Usage {
  // With NODE_EXTRA_CA_CERTS, Node 20 parses that bundle at every start, which takes longer than
  // what is measured.
  const { NODE_EXTRA_CA_CERTS: _bundle, ...env } = process.env;
  const started = performance.now();
  const { status, output } = spawnSync(process.execPath, ['--require', preload, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const wall = performance.now() - started;
  if (status !== accept) throw new Error(`${args[0]} ended with status ${status}`);
  return { ...(JSON.parse(String(output[3])) as Omit<Usage, 'wall'>), wall };
}

/** Runs rounds of two runs, one directly after the other, so that both meet the same noise. */
export function runPairs(rounds: number, first: () => Usage, second: () => Usage): [Usage, Usage][] {
  return Array.from({ length: rounds }, () => [first(), second()]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Returns how often per second of CPU time each form runs: the median of rounds in which they
 * alternate.
 */
export function ratesOf(
  forms: Readonly<Record<string, () => unknown>>,
  rounds: number,
): Record<string, number> {
  const rates = new Map(Object.keys(forms).map((name) => [name, [] as number[]]));
  // The first rounds only warm up the compiler.
  for (let round = -3; round < rounds; round++) {
    for (const [name, form] of Object.entries(forms)) {
      const rate = rateOf(form);
      if (round >= 0) rates.get(name)!.push(rate);
    }
  }
  return Object.fromEntries([...rates].map(([name, all]) => [name, median(all)]));
}

const TURNS = 400;

function rateOf(form: () => unknown): number {
  const before = process.cpuUsage();
  for (let turn = 0; turn < TURNS; turn++) form();
  const { user, system } = process.cpuUsage(before);
  return (TURNS * 1e6) / (user + system);
}
