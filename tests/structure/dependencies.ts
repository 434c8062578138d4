import type { Workspace } from './module.js';
import { packageOf } from './rules.js';

/**
 * Returns a message per undeclared import of a workspace, and per declared dependency that nothing
 * imports.
 */
export function checkDependencies(workspace: Workspace): string[] {
  const { dependencies, devDependencies, peerDependencies } = workspace.manifest;
  const isBundled = workspace.path === 'bin'; // the programs contain their dependencies
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
      .map((name) => `${workspace.path}: ${name} is imported but not declared`),
    ...declared
      .filter((name) => !used.has(name) && !name.startsWith('@types/'))
      .map((name) => `${workspace.path}: ${name} is declared but never imported`),
  ];
}
