/**
 * Paths of modules and of all that they depend on, from the text of modules.dep (depmod(8)), sorted. Names that the kernel does not have are
 * left out: they are built in, or it is made for other machines.
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
  // modules.dep lists dependencies of dependencies too.
  const paths = names.flatMap((name) => {
    const path = pathOf.get(name.replaceAll('-', '_'));
    return path === undefined ? [] : [path, ...(dependencies.get(path) ?? [])];
  });
  return [...new Set(paths)].sort();
}

/** The kernel takes dashes and underscores in names of modules for the same. */
function nameOf(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}
