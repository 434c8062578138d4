import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSources, validate } from '@haos/cc';
import { load, YAML11_SCHEMA } from 'js-yaml';
import * as sameBuild from 'js-yaml/browser';
import { ratesOf } from './measure.js';

const ROUNDS = 15;

/**
 * Measures configurations per second in one process, for the full sample. The YAML library alone on
 * the same text shows the speed of the machine: once as a program imports it, and once in the build
 * that HAOS parses with, which Node 20 runs faster (docs/decisions.md).
 */
export function measureThroughput(root: string): string[] {
  const text = readFileSync(join(root, 'tests/fixtures/seed/sample.yaml'), 'utf8');
  const wrong = text.replace('myhost', '[myhost]');
  const rates = ratesOf(
    {
      load: () => load(text, { schema: YAML11_SCHEMA }),
      loadSame: () => sameBuild.load(text, { schema: sameBuild.YAML11_SCHEMA }),
      read: () => readSources([{ content: text }]),
      validate: () => validate(text),
      wrong: () => validate(wrong),
    },
    ROUNDS,
  );
  const { load: library = 1, loadSame = 1, read = 1, validate: valid = 1, wrong: found = 1 } = rates;
  const share = (rate: number, base: number) => `${((rate / base) * 100).toFixed(0)} %`;
  return [
    `validate: ${valid.toFixed(0)} per second (goal 15000)`,
    `js-yaml load alone: ${library.toFixed(0)} per second; validate runs at ${share(valid, library)} of that`,
    `the same in the build that HAOS uses: ${loadSame.toFixed(0)} per second; validate runs at ${share(valid, loadSame)} of that`,
    `read, positions ready: ${read.toFixed(0)} per second, ${share(read, library)} of js-yaml load (goal: not below 95 %)`,
    `validate with an error whose place is looked up: ${found.toFixed(0)} per second, ${share(found, valid)} of validate`,
  ];
}
