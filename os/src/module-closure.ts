/**
 * Returns the sorted paths of modules and of all their dependencies, from the text of modules.dep
 * (depmod(8)). Names that are not in it are left out: they are built in, or belong to other
 * kernels.
 */
export function moduleClosure(modulesDep: string, names: readonly string[]): string[] {
  const dependencies = new Map<string, string[]>();
  const pathOf = new Map<string, string>();
  for (const line of modulesDep.split('\n').filter((text) => text !== '')) {
    const [path = '', rest = ''] = line.split(':');
    dependencies.set(
      path,
      rest.split(' ').filter((word) => word !== ''),
    );
    pathOf.set(nameOf(path), path);
  }
  // modules.dep also lists indirect dependencies.
  const paths = names.flatMap((name) => {
    const path = pathOf.get(name.replaceAll('-', '_'));
    return path === undefined ? [] : [path, ...(dependencies.get(path) ?? [])];
  });
  return [...new Set(paths)].sort();
}

/** The kernel treats dashes and underscores in module names as equal. */
function nameOf(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}
