import { readFileSync } from 'node:fs';
import { layout } from '@haos/system';

/**
 * Returns whether this machine is an installed node. Reads the mode that early boot wrote, without
 * the Host, which would take too long to load.
 */
export function isInstalled(): boolean {
  try {
    return ['disk', 'local'].includes(readFileSync(layout.mode, 'utf8').trim());
  } catch {
    return false; // not HAOS
  }
}
