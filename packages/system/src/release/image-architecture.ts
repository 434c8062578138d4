import type { Host } from '@haos/host';
import { ARCHITECTURE_BYTES, type Architecture, architectureOf } from '../architecture.js';
import { type Component, type ReleaseSet, versionDirectory } from '../components.js';

/**
 * Returns the architecture of a set in a directory, from the first file that shows it; undefined if
 * none does.
 */
export function imageArchitecture(host: Host, directory: string, set: ReleaseSet): Architecture | undefined {
  for (const [component, file] of TELLING_FILES) {
    const version = set[component];
    const path = version && `${versionDirectory(directory, component, version)}/${file}`;
    if (!path || host.files.stat(path)?.type !== 'file') continue;
    const found = architectureOf(host.files.head(path, ARCHITECTURE_BYTES));
    if (found) return found;
  }
  return undefined;
}

const TELLING_FILES: readonly (readonly [Component, string])[] = [
  ['haos', 'haos'],
  ['haos', 'busybox'],
  ['k3s', 'k3s'],
  ['kernel', 'vmlinuz'],
];
