import { parseArgs } from 'node:util';
import { StepFailure } from './run.mjs';

export const START_USAGE = `usage: npm start -- [OPTION...] [KERNEL-ARGUMENT...]
Builds what is stale of the image and boots its ISO in a virtual machine in this terminal. Ctrl-a c, then q, ends it.
  KERNEL-ARGUMENT  such as haos.mode=install or hostname=node1; without a mode the machine runs live
  --disk           boot from the machine's disk, onto which an earlier start installed HAOS
  --k3s PATH       a k3s program for the image; without it there is none
The machine has 2 GiB of memory, a disk of 8 GB that is kept in .cache/start, and ssh on a port of 127.0.0.1.
Without a terminal it boots, prints the node's status, switches off and exits 0, or 1 with the end of its console.`;

/**
 * @typedef {{ disk: boolean, k3s?: string, words: string[] }} StartOptions `words` of the kernel command line
 */

/** Whether somebody is there to log in. */
export function hasTerminal() {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Reads the arguments of `npm start`; throws a StepFailure with the usage for wrong ones, and with status 0 for --help.
 * @param {readonly string[]} argv
 * @param {boolean} hasTerminal
 * @param {NodeJS.ProcessEnv} [env] of npm, which takes options before `--` for its own and passes them on like that
 * @returns {StartOptions}
 */
export function readStartOptions(argv, hasTerminal, env = {}) {
  const taken = ['disk', 'k3s'].find((name) => env[`npm_config_${name}`] !== undefined);
  if (taken !== undefined) throw wrongUsage(`npm took --${taken} for itself: npm start -- --${taken}`);
  const { values, positionals: words } = parse(argv);
  const { disk = false, k3s, help = false } = values;
  if (help) throw new StepFailure(START_USAGE, 0);
  if (disk && !hasTerminal) throw wrongUsage('--disk needs a terminal: only you know how to log in');
  if (disk && words.length > 0) throw wrongUsage('--disk takes no kernel arguments: the boot menu has them');
  return { disk, words, ...(k3s === undefined ? {} : { k3s }) };
}

/** @param {readonly string[]} argv */
function parse(argv) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { disk: { type: 'boolean' }, k3s: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw wrongUsage(message.replace(/\. .*/s, '')); // what follows is about positional arguments
  }
}

/** @param {string} message */
function wrongUsage(message) {
  return new StepFailure(`${message}\n${START_USAGE}`, 2);
}
