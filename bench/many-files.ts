import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, runNode } from './measure.js';

const FILES = 10_000;
const ROUNDS = 3;

/** Measures files per second of a whole process that validates ten thousand files. */
export function measureManyFiles(root: string, scratch: string): string[] {
  const directory = join(scratch, 'many');
  mkdirSync(directory);
  const text = readFileSync(join(root, 'tests/fixtures/seed/sample.yaml'), 'utf8');
  const files = Array.from({ length: FILES }, (_, index) => join(directory, `${index}.yaml`));
  for (const [index, file] of files.entries()) writeFileSync(file, text.replace('myhost', `node-${index}`));
  const runs = Array.from({ length: ROUNDS }, () =>
    runNode([join(root, 'bin/haos.cjs'), 'config', 'validate', ...files]),
  );
  const rate = FILES / (median(runs.map(({ wall }) => wall)) / 1000);
  const peak = median(runs.map((run) => run.peak));
  return [
    `haos config validate of ${FILES} files: ${rate.toFixed(0)} files per second (goal 6000), peak ${peak.toFixed(0)} MiB`,
  ];
}
