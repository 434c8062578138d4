import { type FormatEntry, parse } from '@haos/cmdline';
import type { Host } from '@haos/host';
import { HaosError } from '@haos/host';
import { mountOf, readFileSystemUuid, readMounts, withWritable } from '@haos/host/internal';
import type { SystemErrorCode } from '../errors.js';
import { layout } from '../layout.js';
import { chooseConsoles } from './console.js';
import { GRUB_CONFIG_MARK, renderGrubConfig } from './grub-config.js';
import { placeMenu } from './place-menu.js';

/** The menu that boots a node. */
export interface NodeMenu {
  path: string;
  /** Whether GRUB counts the boots of a set on trial. */
  isCounted: boolean;
  /** Whether the Go implementation wrote it: it supports neither trials nor a rollback. */
  isGo: boolean;
}

/**
 * Finds GRUB's menu of the node with this system directory, such as `/host/haos/system` in a
 * container. Returns undefined if GRUB does not boot the node with a menu of HAOS.
 */
export function findMenu(host: Host, system: string = layout.system): NodeMenu | undefined {
  if (!system.endsWith(layout.system)) return undefined;
  const root = system.slice(0, -layout.system.length);
  // The running system has its state partition below /.base. The Go implementation shows only this
  // directory of it.
  for (const directory of [`${root}/.base/boot`, `${root}/boot`]) {
    const path = `${directory}/grub/grub.cfg`;
    const text = host.files.stat(path)?.type === 'file' ? host.files.readText(path) : '';
    if (text.startsWith(GRUB_CONFIG_MARK))
      return { path, isCounted: text.includes('count_boot'), isGo: false };
    if (isGoMenu(text)) return { path, isCounted: false, isGo: true };
  }
  return undefined;
}

/**
 * Returns a menu of HAOS in place of one of the Go implementation, with the same consoles and
 * kernel arguments. Throws HAOS_UPGRADE_NO_UUID if the state partition has no UUID.
 */
export function renderReplacement(host: Host, { path }: NodeMenu): Promise<string> {
  return translate(host, path, host.files.readText(path));
}

/** Replaces a menu. Keeps the old one beside it, because a person may have changed it. */
export async function replaceMenu(host: Host, { path }: NodeMenu, text: string): Promise<void> {
  const directory = mountOf(readMounts(host), path)?.target ?? '/';
  await withWritable(host, directory, () => placeMenu(host, path, text));
}

/**
 * Recognises the menu by its shape: the installer of the Go implementation writes the console into
 * it, and people add kernel arguments.
 */
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
    stateUuid: await readStateUuid(host, mountOf(readMounts(host), path)?.source ?? ''),
    arguments: words,
    goArguments: before,
    serial,
  });
}

async function readStateUuid(host: Host, device: string): Promise<string> {
  const uuid = await readFileSystemUuid(host, device);
  if (uuid !== undefined) return uuid;
  throw new HaosError<SystemErrorCode>(
    'HAOS_UPGRADE_NO_UUID',
    `cannot replace the menu of the Go implementation: ${device || 'its partition'} has no UUID`,
    { hint: 'Run it on the node itself, where the state partition is mounted.' },
  );
}

/** Arguments that the Go implementation passes to its own kernel. */
const GO_ARGUMENTS = ['printk.devkmsg', 'apparmor'];

/** Returns the kernel arguments of the first entry that GRUB passes on unchanged. */
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
