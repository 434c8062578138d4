import type { Host } from './host/types.js';
import { layout, MODES, type Mode } from './layout.js';

/** How the node runs, as early boot wrote it down; undefined outside of a booted HAOS and for a word that is no mode. */
export function readMode(host: Pick<Host, 'files'>): Mode | undefined {
  const word = host.files.readTextIfExists(layout.mode)?.trim();
  return MODES.find((mode) => mode === word);
}
