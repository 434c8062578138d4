import type { FormatEntry } from '@haos/cmdline';
import type { Host } from '@haos/host';
import { chooseConsoles, placeMenu, renderGrubConfig } from '@haos/system/internal';
import type { BootOptions } from '../options.js';
import { readCommandLine } from './read-command-line.js';

export interface MenuOptions extends Pick<BootOptions, 'tty' | 'commandLine' | 'debug'> {
  /** The mount point of the state partition; empty: it is the root of the running system. */
  root: string;
  stateUuid: string;
  /** Whether GRUB counts the boots of a set on trial. Default true. */
  counts?: boolean;
}

/** Writes the menu, which makes the disk boot the new system. */
export async function writeMenu(host: Host, { root, ...options }: MenuOptions): Promise<void> {
  await placeMenu(host, `${root}/boot/grub/grub.cfg`, renderMenu(host, options));
}

function renderMenu(
  host: Host,
  { stateUuid, tty, debug, counts = true, ...options }: Omit<MenuOptions, 'root'>,
): string {
  const { commandLine = readCommandLine(host) } = options;
  const consoles = chooseConsoles(tty, commandLine);
  const log: FormatEntry[] = debug ? [{ name: 'haos.debug' }] : [{ name: 'loglevel', value: '4' }];
  const { serial } = consoles;
  return renderGrubConfig({ stateUuid, arguments: [...log, ...consoles.arguments], serial, counts });
}
