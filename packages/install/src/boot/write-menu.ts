import type { FormatEntry } from '@haos/cmdline';
import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import { flush } from '@haos/system/internal';
import { chooseConsoles } from './console.js';
import { GRUB_CONFIG_MARK, renderGrubConfig } from './grub-config.js';

export interface MenuOptions {
  /** The mount point of the state partition; empty: it is the root of the running system. */
  root: string;
  stateUuid: string;
  /**
   * The console of the installed system, such as `ttyS0`. Default, also with `auto`: the consoles
   * in use.
   */
  tty?: string;
  /** Log more on the installed system. Default false. */
  debug?: boolean;
  /** Whether GRUB counts the boots of a set on trial. Default true. */
  counts?: boolean;
}

/** Writes the menu, which makes the disk boot the new system. */
export async function writeMenu(host: Host, { root, ...options }: MenuOptions): Promise<void> {
  await placeMenu(host, `${root}/boot/grub/grub.cfg`, renderMenu(host, options));
}

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

function renderMenu(host: Host, { stateUuid, tty, debug, counts = true }: Omit<MenuOptions, 'root'>): string {
  const consoles = chooseConsoles(tty, host.files.readTextIfExists(layout.kernelCommandLine) ?? '');
  const log: FormatEntry[] = debug ? [{ name: 'haos.debug' }] : [{ name: 'loglevel', value: '4' }];
  const { serial } = consoles;
  return renderGrubConfig({ stateUuid, arguments: [...log, ...consoles.arguments], serial, counts });
}
