// Measures what must stay fast, side by side in one run, because machines differ and are noisy. It
// prints and never fails. Arguments select: start-up, throughput, many-files, datasource, install,
// boot, kubernetes, memory, operator. Default: all but the last three: kubernetes takes a quarter of
// an hour, and longer the first time, memory an hour, operator as long as HAOS_BENCH_AGENTS needs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StepFailure } from '../scripts/run.mjs';
import { measureBoot } from './boot.js';
import { measureDataSource } from './datasource.js';
import { measureInstall } from './install.js';
import { measureKubernetes } from './kubernetes.js';
import { measureManyFiles } from './many-files.js';
import { measureMemory } from './memory.js';
import { measureOperator } from './operator.js';
import { measureStartUp } from './start-up.js';
import { measureThroughput } from './throughput.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'haos-bench-'));
const benches: Record<string, () => string[] | Promise<string[]>> = {
  'start-up': () => measureStartUp(root, scratch),
  throughput: () => measureThroughput(root),
  'many-files': () => measureManyFiles(root, scratch),
  datasource: () => measureDataSource(root),
  install: () => measureInstall(scratch),
  boot: () => measureBoot(root, scratch, print),
  kubernetes: () => measureKubernetes(root, scratch, print),
  memory: () => measureMemory(root, scratch, print),
  operator: () => measureOperator(root, scratch, print),
};
const ON_REQUEST = ['kubernetes', 'memory', 'operator'];
const print = (line: string) => console.log(`  ${line}`);
const wanted =
  process.argv.length > 2
    ? process.argv.slice(2)
    : Object.keys(benches).filter((name) => !ON_REQUEST.includes(name));

function find(name: string) {
  const bench = benches[name];
  if (bench) return bench;
  throw new StepFailure(
    `unknown benchmark ${name}; the benchmarks are ${Object.keys(benches).join(', ')}`,
    2,
  );
}

try {
  wanted.forEach(find);
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}`);
  for (const name of wanted) {
    console.log(`\n${name}`);
    for (const line of await find(name)()) print(line);
  }
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.log(error.message);
  process.exitCode = error.status;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
