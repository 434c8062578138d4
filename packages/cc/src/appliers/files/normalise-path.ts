/**
 * Resolves `.`, `..` and repeated slashes of an absolute path, without looking at links. Returns
 * any other text unchanged.
 */
export function normalisePath(path: string): string {
  if (!path.startsWith('/')) return path;
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}
