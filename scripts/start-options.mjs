import { parseArgs } from 'node:util';
import { StepFailure } from './run.mjs';

export const START_USAGE = `usage: npm start -- [OPTION...] [KERNEL-ARGUMENT...]
Builds what is stale of the image and boots its ISO in a virtual machine in this terminal. Ctrl-a c, then q, ends it.
  KERNEL-ARGUMENT     such as haos.mode=install or hostname=node1; without a mode the machine runs live
  --nodes N           a Kubernetes server and N - 1 agents, each in a machine of its own; at most 9
  --disk              boot from the machine's disk, onto which an earlier start installed HAOS
k3s, by default the release that os/versions.json pins, downloaded once:
  --k3s PATH          this program instead
  --k3s-from DIR      a directory with the files of the release
  --k3s-mirror URL    has <version>/<file> of the release
  --no-k3s            an image without Kubernetes
Each machine has 2 to 4 GiB of memory, depending on that of this one. The first has a disk of 8 GB that is kept in .cache/start.
Ports of 127.0.0.1 lead to its ssh and to the API of Kubernetes; .cache/start/kubeconfig is for kubectl on this machine.
Without a terminal it boots, waits until the node is Ready if the image has k3s, prints the node's status, switches off,
and exits 0, or 1 with what is wrong.`;

const MOST_NODES = 9;

/**
 * `builder`: options of the image's builder, `words`: of the kernel command line.
 * @typedef {{ disk: boolean, nodes: number, builder: string[], words: string[] }} StartOptions
 */

/** Whether somebody is there to log in. */
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
 * Reads the arguments of `npm start`; throws a StepFailure with the usage for wrong ones, and with status 0 for --help.
 * @param {readonly string[]} argv
 * @param {boolean} hasTerminal
 * @param {NodeJS.ProcessEnv} [env] of npm, which takes options before `--` for its own and passes them on like that
 * @returns {StartOptions}
 */
export function readStartOptions(argv, hasTerminal, env = {}) {
  const taken = Object.keys(OPTIONS).find(
    (name) => env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
  if (taken !== undefined) throw wrongUsage(`npm took --${taken} for itself: npm start -- --${taken}`);
  const { values, positionals: words } = parse(argv);
  if (values.help) throw new StepFailure(START_USAGE, 0);
  const disk = values.disk === true;
  const nodes = Number(values.nodes ?? 1);
  if (disk && !hasTerminal) throw wrongUsage('--disk needs a terminal: only you know how to log in');
  if (disk && words.length > 0) throw wrongUsage('--disk takes no kernel arguments: the boot menu has them');
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES) {
    throw wrongUsage(`--nodes takes a number from 1 to ${MOST_NODES}`);
  }
  const other = ['disk', 'no-k3s'].find((name) => values[name] === true);
  if (nodes > 1 && other !== undefined) throw wrongUsage(`--nodes does not go with --${other}`);
  if (nodes > 1 && !isLive(words)) throw wrongUsage('--nodes starts live machines: leave the mode out');
  return { disk, nodes, words, builder: builderOptions(values) };
}

/** Whether these words of the kernel command line leave the machine in the mode `live`. @param {readonly string[]} words */
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
    throw wrongUsage(message.replace(/\. .*/s, '')); // what follows is about positional arguments
  }
}

/** @param {string} message */
function wrongUsage(message) {
  return new StepFailure(`${message}\n${START_USAGE}`, 2);
}
