import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listWorkspaces } from './build.mjs';
import { must, step } from './run.mjs';

/**
 * The workspaces that people install, in the order of package.json.
 * @param {string} root
 */
export function listPublished(root) {
  return listWorkspaces(root).filter(
    ({ path }) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).private !== true,
  );
}

/**
 * Packs every workspace that people install as npm would publish it, and prints the files. They
 * have to be built.
 * @param {string} root
 * @param {string} directory where the files go; it is made
 */
export async function pack(root, directory) {
  mkdirSync(directory, { recursive: true });
  const workspaces = listPublished(root).flatMap(({ path }) => ['--workspace', path]);
  await step('npm packages', () =>
    must('npm', ['pack', '--silent', '--pack-destination', directory, ...workspaces], { cwd: root }),
  );
  for (const name of readdirSync(directory).filter((file) => /^haos-.*\.tgz$/.test(file)))
    console.log(join(directory, name));
}
