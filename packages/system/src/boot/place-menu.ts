import type { Host } from '@haos/host';
import { flush } from '../upgrade/complete-intent.js';
import { GRUB_CONFIG_MARK } from './grub-config.js';

/**
 * Replaces an existing menu, if any; keeps one that HAOS did not write beside it. GRUB does not
 * read the journal of the file system: everything must be in its place on the disk before the menu
 * gets its name, which is one write of one block. Until then the old menu must stay readable, which
 * a second link to it ensures.
 */
export async function placeMenu(host: Host, path: string, text: string): Promise<void> {
  const [next, old, kept] = [`${path}.new`, `${path}.old`, `${path}.before-haos`];
  const before = host.files.readTextIfExists(path);
  if (before !== undefined && !before.startsWith(GRUB_CONFIG_MARK) && !host.files.stat(kept))
    host.files.write(kept, before, { mode: 0o600 });
  host.files.write(next, text);
  if (before !== undefined) await host.run('ln', ['-f', path, old]);
  await flush(host, next);
  host.files.move(next, path);
  await flush(host, path);
  host.files.remove(old);
}
