import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A step that failed. Its output was already printed. */
export class StepFailure extends Error {
  /** @param {string} message @param {number} status the exit status for the whole run */
  constructor(message, status = 1) {
    super(message);
    this.status = status;
  }
}

/** @param {number} started milliseconds, as of performance.now() */
export function since(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/**
 * Prints a line before and a line after the work, so that a hang shows its place.
 * @template T
 * @param {string} title
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = performance.now();
  console.log(`--> ${title}`);
  try {
    const result = await work();
    console.log(` ok ${title} (${since(started)})`);
    return result;
  } catch (error) {
    console.log(`!!! ${title} failed (${since(started)})`);
    throw error;
  }
}

/**
 * Runs a program and passes its output through; resolves to its exit status. Standard input is
 * empty by default, so no program waits for an answer.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: 'ignore' | 'inherit' }} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, { input = 'ignore', ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: [input, 'inherit', 'inherit'] });
    const stop = passSignals(child);
    child.on('exit', stop);
    child.on('error', (error) => reject(new StepFailure(`cannot start ${program}: ${error.message}`)));
    child.on('close', (status, signal) =>
      resolve(signal === null ? (status ?? 1) : signal === 'SIGINT' ? 130 : 1),
    );
  });
}

/**
 * Passes signals on to a child: only those of a terminal reach both. Returns a function that undoes
 * this.
 * @param {import('node:child_process').ChildProcess} child
 */
function passSignals(child) {
  const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
  process.on('SIGTERM', pass).on('SIGHUP', pass);
  return () => void process.off('SIGTERM', pass).off('SIGHUP', pass);
}

/**
 * Like `run`, and fails unless the status is 0.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function must(program, args, options) {
  const status = await run(program, args, options);
  if (status !== 0) throw new StepFailure(`${program} ${args.join(' ')}: exit status ${status}`, status);
}

/** @param {string} root @param {string} name a program that an npm package brings */
export function npmProgram(root, name) {
  return join(root, 'node_modules', '.bin', name);
}
