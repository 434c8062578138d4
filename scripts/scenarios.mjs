import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StepFailure } from './run.mjs';

/**
 * A scenario is a test file that boots machines or kills installations. `npm test` runs the
 * scenarios of the level `vm`, the matrix runs all.
 * @typedef {{ name: string, level: string, path: string }} Scenario
 */

/** The folders of the levels. Names in the last one begin with its own name. */
const FOLDERS = [
  { level: 'vm', folder: 'tests/vm', prefix: '' },
  { level: 'matrix', folder: 'tests/matrix', prefix: '' },
  { level: 'faults', folder: 'tests/faults', prefix: 'faults/' },
];

/** @param {string} root @returns {Scenario[]} */
export function listScenarios(root) {
  return FOLDERS.filter(({ folder }) => existsSync(join(root, folder))).flatMap(({ level, folder, prefix }) =>
    readdirSync(join(root, folder))
      .flatMap((file) => /^(.*)\.test\.ts$/.exec(file)?.[1] ?? [])
      .sort()
      .map((name) => ({ name: `${prefix}${name}`, level, path: `${folder}/${name}.test.ts` })),
  );
}

/**
 * Returns the scenarios with these names or in levels with these names; all without names. Throws a
 * StepFailure for an unknown name.
 * @param {readonly Scenario[]} scenarios
 * @param {readonly string[]} names
 */
export function selectScenarios(scenarios, names) {
  const unknown = names.find((name) => !scenarios.some(isNamed(name)));
  if (unknown !== undefined) {
    const known = scenarios.map(({ name }) => name).join(', ');
    throw new StepFailure(`unknown scenario ${unknown}; the scenarios are ${known}`, 2);
  }
  return names.length === 0
    ? [...scenarios]
    : scenarios.filter((one) => names.some((name) => isNamed(name)(one)));
}

/** @param {string} wanted @returns {(scenario: Scenario) => boolean} */
function isNamed(wanted) {
  return ({ name, level }) => name === wanted || level === wanted;
}
