import type { Host } from '@haos/host';
import { HaosError, withLock } from '@haos/host';
import { withWritable } from '@haos/host/internal';
import { layout } from './layout.js';
import { readMode } from './mode.js';

/**
 * What becomes of `/haos/data` (`/var`, `/home`, `/opt`) at the next boot. `once`: it is removed, as after an installation.
 * `always`: at every boot, but for the local directory, which holds what makes the node this node. `never`: it stays.
 */
export type DataReset = 'once' | 'always' | 'never';

/** What the next boot will do. HAOS_RESET_MODE when the node does not run from a state partition: nothing else is reset by early boot. */
export function readDataReset(host: Host): DataReset {
  const mode = readMode(host);
  if (mode !== 'disk')
    throw new HaosError('HAOS_RESET_MODE', `in mode ${mode ?? 'unknown'} nothing is reset`, {
      hint: mode === 'local' ? 'Remove /haos/data from the other system.' : 'Run it on an installed node.',
    });
  const { files } = host;
  if (files.lstat(layout.factoryReset) !== undefined) return 'once';
  return files.lstat(layout.ephemeral) === undefined ? 'never' : 'always';
}

/**
 * Says what becomes of the data. Nothing is removed before the next boot, and until then it can be changed. The system configuration and
 * the versions are not touched. HAOS_RESET_MODE as in `readDataReset`, HAOS_LOCKED while an upgrade runs.
 */
export async function setDataReset(host: Host, wanted: DataReset): Promise<void> {
  if (readDataReset(host) === wanted) return;
  const write = () => {
    place(host, layout.ephemeral, wanted === 'always');
    place(host, layout.factoryReset, wanted === 'once');
  };
  // An upgrade needs the directory to stay writable until it has ended.
  await withLock(host, layout.upgradeLock, () => withWritable(host, layout.system, write));
}

function place({ files }: Host, path: string, isWanted: boolean): void {
  if (isWanted) files.write(path, '', { mode: 0o600 });
  else files.remove(path);
}
