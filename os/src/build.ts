import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { liveHost } from '@haos/host';
import { releaseMounts } from '@haos/system/internal';
import { commandRunner } from './command.js';
import { digestStep, type StepInputs } from './digest-step.js';
import { emulatorEnvironment } from './emulation.js';
import { BuildFailure } from './failure.js';
import { guardContext } from './guard-context.js';
import type { Step } from './step.js';

export interface Build extends StepInputs {
  steps: readonly Step[];
  print(line: string): void;
}

/**
 * Makes the stale ones of the named steps and of all steps that they need, in order; resolves to
 * the directory of each.
 */
export async function build(build: Build, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  const digests = new Map<string, string>();
  for (const step of selectSteps(build.steps, names)) {
    const digest = digestStep(step, build, digests);
    digests.set(step.name, digest);
    made.set(step.name, await makeStep(build, step, { digest, made }));
  }
  return made;
}

/** Returns the named steps and all steps that they need, in order of dependency. */
export function selectSteps(steps: readonly Step[], names: readonly string[]): Step[] {
  const selected = new Set<Step>();
  const add = (name: string): void => {
    const step = steps.find((other) => other.name === name);
    if (step === undefined) {
      const known = steps.map((other) => other.name).join(', ');
      throw new BuildFailure(`unknown step ${name}; the steps are ${known}`, 2);
    }
    for (const needed of step.needs) add(needed);
    selected.add(step);
  };
  for (const name of names) add(name);
  return [...selected];
}

async function makeStep(
  build: Build,
  step: Step,
  { digest, made }: { digest: string; made: ReadonlyMap<string, string> },
): Promise<string> {
  const { options, epoch, print } = build;
  const cache = join(options.cache, options.architecture, step.name);
  const done = join(cache, digest);
  if (existsSync(done)) {
    print(` ok ${step.title} (unchanged)`);
    markUsed(done);
    return done;
  }
  const out = `${done}.${process.pid}`; // another build may be making the same step
  const log = `${out}.log`;
  for (const path of [out, log]) rmSync(path, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await removeLeftovers(realpathSync(cache));
  const started = performance.now();
  const time = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  print(`--> ${step.title}`);
  try {
    const run = commandRunner(log, epoch, emulatorEnvironment(options.architecture));
    await step.make({ ...guardContext(step, build, made), epoch, out, run });
  } catch (error) {
    print(`!!! ${step.title} failed (${time()}); the log is ${log}`);
    throw error;
  }
  if (existsSync(done)) rmSync(out, { recursive: true });
  else renameSync(out, done);
  rmSync(log, { force: true });
  markUsed(done);
  forgetOldest(cache);
  print(` ok ${step.title} (${time()})`);
  return done;
}

/** What an unfinished build has beside the results: `DIGEST.PID` and `DIGEST.PID.log`. */
const UNFINISHED = /\.(\d+)(\.log)?$/;

/** Removes what ended builds left, also with file systems of mmdebstrap that are still mounted. */
async function removeLeftovers(cache: string): Promise<void> {
  for (const name of readdirSync(cache)) {
    const [, pid] = UNFINISHED.exec(name) ?? [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const path = join(cache, name);
    await releaseMounts(liveHost(), path);
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Keeps only some results, because they are large. Builds with other options alternate, above all
 * in tests.
 */
function forgetOldest(cache: string): void {
  const kept = 6;
  const newestFirst = readdirSync(cache)
    .filter((name) => !UNFINISHED.test(name))
    .map((name) => join(cache, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of newestFirst.slice(kept)) rmSync(path, { recursive: true, force: true });
}

function markUsed(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}
