import type { Host } from '@haos/host';
import { isHaosError } from '@haos/host';
import { inRootOf, layout, MODES, type Mode } from './layout.js';

/**
 * Returns how the node runs, as recorded by early boot. Undefined outside of a booted HAOS, for an
 * unknown word, and if the file cannot be read: an unknown mode must not prevent the configuration
 * of a node. `directory`: the system directory of the node.
 */
export function readMode(host: Pick<Host, 'files'>, directory: string = layout.system): Mode | undefined {
  const path = inRootOf(directory, layout.mode);
  const word = path && readFact(host, path);
  return MODES.find((mode) => mode === word);
}

/**
 * Returns whether this system runs in mode `install` only because early boot found no state
 * partition. One that appears later belongs to a node. If early boot recorded no reason, it returns
 * true: nothing may be formatted.
 */
export function isInstallByFallback(host: Pick<Host, 'files'>): boolean {
  return readMode(host) === 'install' && readFact(host, layout.modeFrom) !== 'argument';
}

/**
 * Returns the version of the running image; undefined outside of an image and if it cannot be read.
 */
export function readVersion(host: Pick<Host, 'files'>): string | undefined {
  return readFact(host, layout.version) || undefined;
}

/** Returns the text of a file without space around it; undefined if it cannot be read. */
export function readFact(host: Pick<Host, 'files'>, path: string): string | undefined {
  try {
    return host.files.readTextIfExists(path)?.trim();
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return undefined;
  }
}
