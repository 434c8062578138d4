/*
 * Parts of resolved paths: absolute, without `.`, `..`, doubled slashes and a slash at the end.
 * `node:path` is not used, because plans are also made in browsers.
 */

/** Returns the directory of a resolved path; that of the root is the root. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Returns the last component of a resolved path; empty for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Returns the resolved path of an entry of a directory. */
export function childOf(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
