import type { Workspace } from './module.js';
import { packageOf } from './rules.js';

/** Imports of a workspace's sources that its package.json does not declare, and declared dependencies that nothing imports. */
export function checkDependencies(workspace: Workspace): string[] {
  const { dependencies, devDependencies, peerDependencies } = workspace.manifest;
  const isBundled = workspace.path === 'bin'; // the programs carry their dependencies in themselves
  const declared = Object.keys({
    ...dependencies,
    ...peerDependencies,
    ...(isBundled ? devDependencies : {}),
  });
  const sources = workspace.modules.filter(({ path }) => !path.endsWith('.test.ts'));
  const used = new Set(
    sources.flatMap(({ imports }) => imports.flatMap((specifier) => packageOf(specifier) ?? [])),
  );
  used.delete(workspace.manifest.name);
  return [
    ...[...used]
      .filter((name) => !declared.includes(name))
      .map((name) => `${workspace.path}: ${name} is imported and not declared`),
    ...declared
      .filter((name) => !used.has(name) && !name.startsWith('@types/'))
      .map((name) => `${workspace.path}: ${name} is declared and never imported`),
  ];
}
