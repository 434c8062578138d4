import type { FormatEntry } from '@haos/cmdline';
import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import { flush } from '@haos/system/internal';
import { chooseConsoles } from './console.js';
import { GRUB_CONFIG_MARK, renderGrubConfig } from './grub-config.js';

export interface MenuOptions {
  /** Where the state partition is mounted; empty: it is the running system's root. */
  root: string;
  stateUuid: string;
  /** The console of the installed system, such as `ttyS0`; `auto` and nothing: those in use now. */
  tty?: string;
  /** Log more on the installed system. Default false. */
  debug?: boolean;
  /** Whether GRUB counts the boots of a set on trial. Default true. */
  counts?: boolean;
}

/** What makes the disk boot the new system. */
export async function writeMenu(host: Host, { root, ...options }: MenuOptions): Promise<void> {
  await placeMenu(host, `${root}/boot/grub/grub.cfg`, renderMenu(host, options));
}

/**
 * Puts a menu in the place of the one that is there, if one is; one that somebody else wrote is kept beside it. GRUB reads no journal:
 * everything has to be in its place on the disk before the menu gets its name, which is one write of one block, and the
 * menu before has to stay readable until then, which a second name of it ensures.
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
