import type { Host } from '@haos/host';
import { HaosError, withLock } from '@haos/host';
import { withWritable } from '@haos/host/internal';
import { layout } from './layout.js';
import { readMode } from './mode.js';

/**
 * What happens to `/haos/data` (`/var`, `/home`, `/opt`) at boot. `once`: the next boot removes it,
 * as after an installation. `always`: every boot removes it, except for the local directory, which
 * holds the identity of the node. `never`: it stays.
 */
export type DataReset = 'once' | 'always' | 'never';

/**
 * Returns what the next boot does. Throws HAOS_RESET_MODE if the node does not run from a state
 * partition, because early boot resets nothing else.
 */
export function readDataReset(host: Host): DataReset {
  const mode = readMode(host);
  if (mode !== 'disk')
    throw new HaosError('HAOS_RESET_MODE', `cannot reset data in mode ${mode ?? 'unknown'}`, {
      hint: mode === 'local' ? 'Remove /haos/data from the other system.' : 'Run it on an installed node.',
    });
  const { files } = host;
  if (files.lstat(layout.factoryReset) !== undefined) return 'once';
  return files.lstat(layout.ephemeral) === undefined ? 'never' : 'always';
}

/**
 * Sets what happens to the data. Nothing is removed before the next boot, and the choice can be
 * changed until then. The system configuration and the installed versions stay. Throws
 * HAOS_RESET_MODE as `readDataReset` does, HAOS_LOCKED while an upgrade runs.
 */
export async function setDataReset(host: Host, wanted: DataReset): Promise<void> {
  if (readDataReset(host) === wanted) return;
  const write = () => {
    place(host, layout.ephemeral, wanted === 'always');
    place(host, layout.factoryReset, wanted === 'once');
  };
  // An upgrade needs the directory to stay writable until it ends.
  await withLock(host, layout.upgradeLock, () => withWritable(host, layout.system, write));
}

function place({ files }: Host, path: string, isWanted: boolean): void {
  if (isWanted) files.write(path, '', { mode: 0o600 });
  else files.remove(path);
}
