import { type FormatEntry, parse } from '@haos/cmdline';
import type { Host } from '@haos/host';
import { unescapePath, withWritable } from '@haos/host/internal';
import { layout } from '@haos/system';
import { readUuid } from '../disk/disk.js';
import { chooseConsoles } from './console.js';
import { GRUB_CONFIG_MARK, renderGrubConfig } from './grub-config.js';
import { placeMenu } from './write-menu.js';

/** The menu that boots a node. */
export interface NodeMenu {
  path: string;
  /** Whether GRUB counts the boots of what is on trial, with the replacement where there is one. */
  isCounted: boolean;
  /** What takes its place: it was written by the Go implementation, and knows neither trials nor a way back. */
  replacement?: string;
}

/**
 * Finds GRUB's menu of the node whose system directory this is, such as `/host/haos/system` in a container, and prepares its replacement
 * where the Go implementation wrote it. Undefined where GRUB does not boot the node by a menu of HAOS. Throws
 * HAOS_INSTALL_NO_PARTITION when the menu has to be replaced and the state partition has no UUID.
 */
export async function findMenu(host: Host, system: string = layout.system): Promise<NodeMenu | undefined> {
  if (!system.endsWith(layout.system)) return undefined;
  const root = system.slice(0, -layout.system.length);
  // The running system has its state partition below /.base; the Go implementation shows only this directory of it.
  for (const directory of [`${root}/.base/boot`, `${root}/boot`]) {
    const path = `${directory}/grub/grub.cfg`;
    const text = host.files.stat(path)?.type === 'file' ? host.files.readText(path) : '';
    if (text.startsWith(GRUB_CONFIG_MARK)) return { path, isCounted: text.includes('count_boot') };
    if (isGoMenu(text)) return { path, isCounted: true, replacement: await translate(host, path, text) };
  }
  return undefined;
}

/** Replaces a menu of the Go implementation. The old one is kept beside it: somebody may have changed it. */
export async function replaceMenu(host: Host, { path, replacement }: NodeMenu): Promise<void> {
  if (replacement === undefined) return;
  await withWritable(host, findMount(host, path).where, () => placeMenu(host, path, replacement));
}

/** By its shape: its installer writes the console into it, and people their kernel arguments. */
function isGoMenu(text: string): boolean {
  return /^menuentry .*\{\n(?:.*\n)*?\s*set sqfile=\/haos\/system\/kernel\/current\/kernel\.squashfs$/m.test(
    text,
  );
}

async function translate(host: Host, path: string, text: string): Promise<string> {
  const before = readArguments(text);
  const words = before.filter(({ name }) => !GO_ARGUMENTS.includes(name));
  const { serial } = chooseConsoles(undefined, words.map(formatWord).join(' '));
  return renderGrubConfig({
    stateUuid: await readUuid(host, findMount(host, path).device),
    arguments: words,
    goArguments: before,
    serial,
  });
}

/** What the Go implementation passes for its own kernel. */
const GO_ARGUMENTS = ['printk.devkmsg', 'apparmor'];

/** The kernel arguments of the first entry, as far as GRUB passes them on as they are. */
function readArguments(text: string): FormatEntry[] {
  const [, words = ''] = /^\s*linux\s+\S+vmlinuz[ \t]*(.*)$/m.exec(text) ?? [];
  const plain = words.split(/\s+/).filter((word) => word !== '' && !/["'\\$`;{}]/.test(word));
  return parse(plain.join(' ')).parameters.map(({ name, value, bare }) =>
    bare ? { name } : { name, value },
  );
}

function formatWord({ name, value }: FormatEntry): string {
  return value === undefined ? name : `${name}=${value}`;
}

/** The mount that a path is on: proc_mounts(5). */
function findMount(host: Host, path: string): { device: string; where: string } {
  let found = { device: '', where: '/' };
  for (const line of (host.files.readTextIfExists('/proc/mounts') ?? '').split('\n')) {
    const [device = '', where = ''] = line.split(' ').map(unescapePath);
    const isAbove = where === '/' || path.startsWith(`${where}/`);
    if (isAbove && where.length >= found.where.length) found = { device, where };
  }
  return found;
}
