import type { Host } from '@haos/host';
import { isHaosError } from '@haos/host';
import { layout, MODES, type Mode } from './layout.js';

/**
 * How the node runs, as early boot wrote it down; undefined outside of a booted HAOS, for a word that is no mode, and when it
 * cannot be read: not knowing it must keep no node from being configured.
 */
export function readMode(host: Pick<Host, 'files'>): Mode | undefined {
  const word = readFact(host, layout.mode);
  return MODES.find((mode) => mode === word);
}

/** The version of the running image; undefined outside of one and when it cannot be read. */
export function readVersion(host: Pick<Host, 'files'>): string | undefined {
  return readFact(host, layout.version) || undefined;
}

function readFact(host: Pick<Host, 'files'>, path: string): string | undefined {
  try {
    return host.files.readTextIfExists(path)?.trim();
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return undefined;
  }
}
