import { parseArgs } from 'node:util';
import { StepFailure } from './run.mjs';

export const START_USAGE = `usage: npm start -- [OPTION...] [KERNEL-ARGUMENT...]
Builds the stale parts of the image and boots its ISO in a virtual machine in this terminal. Ctrl-a c, then q, ends it.
  KERNEL-ARGUMENT     such as haos.mode=install or hostname=node1; without a mode the machine runs live
  --nodes N           start a Kubernetes server and N - 1 agents, each in its own machine; at most 9
  --disk              boot from the machine's disk, on which an earlier start installed HAOS
k3s; by default the release that os/versions.json pins is downloaded once:
  --k3s PATH          use this program instead
  --k3s-from DIR      take the files of the release from here
  --k3s-mirror URL    download URL/<version>/<file> instead
  --no-k3s            build an image without Kubernetes
Each machine has 2 to 4 GiB of memory, depending on the memory of this one. The first has an 8 GB disk, kept in .cache/start.
Ports of 127.0.0.1 lead to its SSH and Kubernetes API; .cache/start/kubeconfig is for kubectl on this machine.
Without a terminal it boots, waits until the node is Ready if the image has k3s, prints the node's status, powers off,
and exits with 0, or with 1 and the problem.`;

const MOST_NODES = 9;

/**
 * `builder`: options of the image's builder, `words`: of the kernel command line.
 * @typedef {{ disk: boolean, nodes: number, builder: string[], words: string[] }} StartOptions
 */

/** Returns whether a person can log in at this terminal. */
export function hasTerminal() {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** @type {Record<string, { type: 'string' | 'boolean', short?: string }>} */
const OPTIONS = {
  disk: { type: 'boolean' },
  nodes: { type: 'string' },
  k3s: { type: 'string' },
  'k3s-from': { type: 'string' },
  'k3s-mirror': { type: 'string' },
  'no-k3s': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

/**
 * Reads the arguments of `npm start`; throws a StepFailure with the usage for wrong ones, and with
 * status 0 for --help.
 * @param {readonly string[]} argv
 * @param {boolean} hasTerminal
 * @param {NodeJS.ProcessEnv} [env] npm's environment; it holds the options before `--`, which npm
 *   takes as its own
 * @returns {StartOptions}
 */
export function readStartOptions(argv, hasTerminal, env = {}) {
  const taken = Object.keys(OPTIONS).find(
    (name) => env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
  if (taken !== undefined)
    throw wrongUsage(`npm took --${taken} as its own option; use npm start -- --${taken}`);
  const { values, positionals: words } = parse(argv);
  if (values.help) throw new StepFailure(START_USAGE, 0);
  const disk = values.disk === true;
  const nodes = Number(values.nodes ?? 1);
  if (disk && !hasTerminal) throw wrongUsage('--disk needs a terminal, because only you know how to log in');
  if (disk && words.length > 0)
    throw wrongUsage('--disk takes no kernel arguments; edit them in the boot menu');
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES) {
    throw wrongUsage(`--nodes takes a number from 1 to ${MOST_NODES}`);
  }
  const other = ['disk', 'no-k3s'].find((name) => values[name] === true);
  if (nodes > 1 && other !== undefined) throw wrongUsage(`--nodes cannot be combined with --${other}`);
  if (nodes > 1 && !isLive(words)) throw wrongUsage('--nodes starts live machines; leave out the mode');
  return { disk, nodes, words, builder: builderOptions(values) };
}

/**
 * Returns whether these words of the kernel command line leave the machine in mode `live`.
 * @param {readonly string[]} words
 */
export function isLive(words) {
  return words.every((word) => word !== 'rescue' && !/^haos\.mode=(?!live$)/i.test(word));
}

/** @param {Record<string, string | boolean | undefined>} values */
function builderOptions(values) {
  return Object.entries(values).flatMap(([name, value]) => {
    if (!name.includes('k3s')) return [];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
}

/** @param {readonly string[]} argv */
function parse(argv) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw wrongUsage(message.replace(/\. .*/s, '')); // the rest is about positional arguments
  }
}

/** @param {string} message */
function wrongUsage(message) {
  return new StepFailure(`${message}\n${START_USAGE}`, 2);
}
