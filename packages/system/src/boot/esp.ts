import type { Host } from '@haos/host';
import { mountAt, readMounts, verifyTree, withCleanUp } from '@haos/host/internal';
import { nameSet, type ReleaseSet, type Slots } from '../components.js';
import { inRootOf, layout } from '../layout.js';
import {
  type BootEntry,
  type EntryRename,
  formatEntry,
  newEntry,
  parseEntry,
  unusedEntries,
} from './boot-entries.js';

/**
 * Returns the directory with the entries of systemd-boot; undefined if the node with a system
 * directory was not started by it: early boot mounts it only then.
 */
export function entriesDirectory(host: Host, directory: string): string | undefined {
  const mountPoint = inRootOf(directory, layout.efi);
  const entries = mountPoint && `${mountPoint}/EFI/Linux`;
  return entries && host.files.stat(entries)?.type === 'directory' ? entries : undefined;
}

/** Reads the entries that HAOS made; empty if systemd-boot did not start the node. */
export function readEntries(host: Host, directory: string): BootEntry[] {
  const entries = entriesDirectory(host, directory);
  if (entries === undefined) return [];
  return host.files
    .list(entries)
    .map(parseEntry)
    .filter((entry) => entry !== undefined);
}

/** Gives entries new names. The directory must be writable. */
export function renameEntries(host: Host, directory: string, renames: readonly EntryRename[]): void {
  const entries = entriesDirectory(host, directory);
  for (const { from, to } of renames)
    host.files.move(`${entries}/${formatEntry(from)}`, `${entries}/${formatEntry(to)}`);
}

/** systemd-boot reads no file whose name begins with a dot. */
export const STAGING = '.haos-new';

/**
 * Copies a boot image to the entries and reads it back (HAOS_COPY_DIFFERS). It gets its name, with
 * which systemd-boot prefers it, last.
 *
 * @param entry `left`: how many times it boots before it is confirmed.
 */
export async function placeEntry(
  host: Host,
  directory: string,
  { from, set, left }: { from: string; set: string; left: number },
): Promise<void> {
  const entries = entriesDirectory(host, directory) ?? '';
  await placeProgram(host, from, {
    directory: entries,
    name: () => formatEntry(newEntry(readEntries(host, directory), set, left)),
  });
}

/**
 * Replaces a boot loader by another one, which was read back (HAOS_COPY_DIFFERS): one rename, so
 * that the firmware finds one of them at any moment.
 */
export function placeLoader(host: Host, { from, to }: { from: string; to: string }): Promise<void> {
  const [, directory = '', name = ''] = /^(.*)\/([^/]*)$/.exec(to) ?? [];
  return placeProgram(host, from, { directory, name: () => name });
}

async function placeProgram(
  host: Host,
  from: string,
  { directory, name }: { directory: string; name: () => string },
): Promise<void> {
  const staging = `${directory}/${STAGING}`;
  await withCleanUp(async (cleanUp) => {
    cleanUp.onError(() => void host.files.remove(staging));
    const copied = await host.files.copy(from, staging, { mode: 0o700 });
    await verifyTree(host, directory, { files: [{ ...copied, path: STAGING }] });
    host.files.move(staging, `${directory}/${name()}`);
  });
}

/** Returns the names of the sets that a node needs: of its slots, and the running one. */
export function usedSets({ slots, running }: { slots: Slots; running: ReleaseSet | undefined }): string[] {
  return [slots.current, slots.previous, ...(running ? [running] : [])].map(nameSet);
}

/**
 * Returns the paths of entries that belong to none of these sets, or to an earlier installation.
 */
export function findUnusedEntries(host: Host, directory: string, sets: readonly string[]): string[] {
  const path = entriesDirectory(host, directory);
  const unused = unusedEntries(readEntries(host, directory), sets).map(
    (entry) => `${path}/${formatEntry(entry)}`,
  );
  const staging = `${path}/${STAGING}`;
  return path && host.files.stat(staging) ? [...unused, staging] : unused;
}

/**
 * Runs `work` while the entries are writable. Does nothing else on a node that systemd-boot did not
 * start. The whole file system is read-only otherwise, so that a power cut leaves it clean.
 */
export async function withWritableEntries<T>(
  host: Host,
  directory: string,
  work: () => Promise<T> | T,
): Promise<T> {
  const mountPoint = inRootOf(directory, layout.efi);
  if (mountPoint === undefined || !mountAt(readMounts(host), mountPoint)?.isReadOnly) return work();
  const remount = (access: 'rw' | 'ro') => host.run('mount', ['-o', `remount,${access}`, mountPoint]);
  return withCleanUp(async (cleanUp) => {
    await remount('rw');
    cleanUp.always(async () => {
      await host.run('sync', ['-f', mountPoint], { timeout: 0 });
      await remount('ro');
    });
    return work();
  });
}
