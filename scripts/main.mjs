// The commands of package.json. This runs before anything is installed, so its static imports are
// only Node's own modules.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { formatScenarios, formatSum } from './level-tables.mjs';
import { collectOutcomes, LEVELS, runLevels, selectLevels, statusOf } from './levels.mjs';
import { pack } from './pack.mjs';
import { npmProgram, run, StepFailure } from './run.mjs';
import { listScenarios, selectScenarios } from './scenarios.mjs';
import { checkNode, installDebianPackages, installNpmPackages } from './setup.mjs';
import { hasTerminal, readStartOptions } from './start-options.mjs';

const USAGE = `usage: node scripts/main.mjs COMMAND [ARGUMENT...]
  start [...]      boot the live ISO in a virtual machine in this terminal; start --help lists the options
  test [LEVEL...]  run all levels of tests, or the named ones
  matrix [NAME...] run every scenario in virtual machines, or the named ones, and print one table
  fuzz [...]       call the parsers with inputs of a fuzzer; fuzz --help lists the options
  check            run all levels but the slow ones
  build            compile and bundle what is stale
  pack [DIR]       write the npm packages as files to DIR or dist/npm
  bench [NAME...]  measure start-up, throughput, many-files, datasource, install and boot, or the named ones;
                   kubernetes, memory (an hour) and operator are measured only if named
  os [OPTION...]   build the image; os --help lists the options
  k3s VERSION      pin a release of k3s; k3s --help lists the options
  remaster [...]   make an ISO with other kernel arguments or a configuration
  keys DIRECTORY   make keys for Secure Boot
  join [...]       make one container image of those for several architectures
  vm [NAME...]     run the scenarios in a virtual machine, or the named ones`;

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {readonly string[]} levels the levels whose Debian packages are needed */
async function prepare(levels) {
  checkNode(root, process.versions.node);
  await installDebianPackages(levels);
  await installNpmPackages(root);
  await build(root);
}

/** @param {readonly import('./levels.mjs').Level[]} levels */
async function test(levels) {
  await prepareLevels(levels);
  return runLevels(root, levels);
}

/** @param {readonly import('./levels.mjs').Level[]} levels */
async function prepareLevels(levels) {
  try {
    const possible = levels.filter((level) => level.absent?.(root) === undefined);
    await prepare(possible.map((level) => level.name));
  } catch (error) {
    // The last line always gives the result.
    if (error instanceof StepFailure) error.message += '\n\n0 passed, 1 failed';
    throw error;
  }
}

/** Help needs no Debian packages. @param {readonly string[]} args */
function levelsFor(args) {
  return args.some((arg) => ['--help', '-h'].includes(arg)) ? [] : ['vm'];
}

/**
 * Runs every scenario, or the named ones, and prints one table of them.
 * @param {readonly string[]} names
 */
async function testMatrix(names) {
  const scenarios = selectScenarios(listScenarios(root), names);
  const levels = LEVELS.flatMap((level) => {
    const files = scenarios.filter((scenario) => scenario.level === level.name).map(({ path }) => path);
    return files.length === 0 ? [] : [{ ...level, files }];
  });
  await prepareLevels(levels);
  const outcomes = await collectOutcomes(root, levels);
  console.log(`\n${formatScenarios(scenarios, outcomes)}\n\n${formatSum(outcomes)}`);
  return statusOf(outcomes);
}

/**
 * Returns a command that runs a script of the repository. `levelsOf` names the levels whose Debian
 * packages the script needs, and `input` whether it may ask a person.
 * @param {string} script
 * @param {(args: readonly string[]) => readonly string[]} levelsOf
 * @param {'ignore' | 'inherit'} [input]
 * @returns {(args: readonly string[]) => Promise<number>}
 */
function runs(script, levelsOf, input) {
  return async (args) => {
    await prepare(levelsOf(args));
    return run(npmProgram(root, 'tsx'), [script, ...args], { cwd: root, input });
  };
}

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  start: async (args) => {
    readStartOptions(args, hasTerminal());
    await prepare(['vm']);
    return run(npmProgram(root, 'tsx'), ['scripts/start.ts', ...args], { cwd: root, input: 'inherit' });
  },
  build: async () => {
    checkNode(root, process.versions.node);
    await build(root);
    return 0;
  },
  // It asks for the PIN of a token.
  os: runs('os/src/main.ts', levelsFor, 'inherit'),
  k3s: runs('os/src/pin-k3s.ts', () => ['k3s']),
  remaster: runs('os/src/remaster.ts', levelsFor),
  join: runs('os/src/join.ts', levelsFor),
  keys: runs('os/src/make-keys.ts', () => []),
  vm: async (names) => {
    const inLevel = listScenarios(root).filter(({ level }) => level === 'vm');
    const files = selectScenarios(inLevel, names).map(({ path }) => path);
    await prepare(['vm']);
    return run(npmProgram(root, 'vitest'), ['run', '--project', 'vm', ...files], { cwd: root });
  },
  test: (args) => test(selectLevels(args)),
  matrix: testMatrix,
  fuzz: runs('tests/fuzz/main.ts', levelsFor),
  check: () => test(selectLevels([]).filter((level) => level.slow !== true)),
  pack: async ([directory]) => {
    await prepare([]);
    // npm run changes the directory and says where it was called.
    const from = process.env.INIT_CWD ?? process.cwd();
    await pack(root, directory === undefined ? join(root, 'dist/npm') : resolve(from, directory));
    return 0;
  },
  // Without root no image can be built.
  bench: runs('bench/main.ts', () => (process.getuid?.() === 0 ? ['vm', 'loop'] : [])),
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
try {
  if (command === undefined) throw new StepFailure(USAGE, 2);
  process.exitCode = await command(args);
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.log(error.message);
  process.exitCode = error.status;
}
