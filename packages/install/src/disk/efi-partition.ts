import { HaosError, type Host } from '@haos/host';
import {
  type BootEntry,
  formatEntry,
  newEntry,
  parseEntry,
  STAGING,
  unusedEntries,
} from '@haos/system/internal';

// mtools, because the kernel may have no driver for FAT (docs/decisions.md).

const ENTRIES = 'EFI/Linux';

/** Reads the boot images of HAOS on an EFI system partition, and its free bytes. */
export async function readEfi(
  host: Host,
  efi: string,
): Promise<{ entries: readonly BootEntry[]; room: number }> {
  return { entries: await listEntries(host, efi), room: await readRoom(host, efi) };
}

async function listEntries(host: Host, efi: string): Promise<BootEntry[]> {
  // Status 1: the directory does not exist.
  const { stdout } = await host.run('mdir', ['-b', '-i', efi, `::/${ENTRIES}`], {
    readOnly: true,
    accept: [0, 1],
  });
  return stdout
    .split('\n')
    .map((path) => parseEntry(path.slice(path.lastIndexOf('/') + 1)))
    .filter((entry) => entry !== undefined);
}

/** mdir groups the digits: ` 66 057 216 bytes free`. */
async function readRoom(host: Host, efi: string): Promise<number> {
  const { stdout } = await host.run('mdir', ['-i', efi, '::/'], { readOnly: true, accept: [0, 1] });
  const [, digits = ''] = /^\s*([\d ]+) bytes free$/m.exec(stdout) ?? [];
  return Number(digits.replaceAll(' ', ''));
}

/** Makes directories; `paths` has each before those in it. */
export async function makeEfiDirectories(host: Host, efi: string, paths: readonly string[]): Promise<void> {
  // Status 1: the directory already exists.
  for (const path of paths) await host.run('mmd', ['-i', efi, '-D', 's', `::/${path}`], { accept: [0, 1] });
}

/** Copies a file; replaces one with the same name. */
export async function copyToEfi(
  host: Host,
  efi: string,
  [from, to]: readonly [string, string],
): Promise<void> {
  await host.run('mcopy', ['-i', efi, '-o', from, `::/${to}`]);
}

/**
 * Copies a boot image for a set and reads it back (HAOS_COPY_DIFFERS). It gets its name, with which
 * systemd-boot prefers it to all others, last.
 *
 * @param options `scratch`: a path for a copy meanwhile.
 */
export async function placeEfiEntry(
  host: Host,
  efi: string,
  { from, set, scratch }: { from: string; set: string; scratch: string },
): Promise<void> {
  const staging = `${ENTRIES}/${STAGING}`;
  await copyToEfi(host, efi, [from, staging]);
  await host.run('sync', [efi]);
  await requireSame(host, efi, { from, path: staging, scratch });
  const entry = newEntry(await listEntries(host, efi), set);
  await host.run('mren', ['-i', efi, `::/${staging}`, `::/${ENTRIES}/${formatEntry(entry)}`]);
  await host.run('sync', [efi]);
}

async function requireSame(
  host: Host,
  efi: string,
  { from, path, scratch }: { from: string; path: string; scratch: string },
): Promise<void> {
  host.files.remove(scratch);
  try {
    await host.run('mcopy', ['-i', efi, `::/${path}`, scratch]);
    if ((await host.files.digest(scratch)) === (await host.files.digest(from))) return;
  } finally {
    host.files.remove(scratch);
  }
  throw new HaosError('HAOS_COPY_DIFFERS', `the copy on ${efi} differs from its source: ${from}`, {
    hint: 'Check the disk and the memory of the machine.',
  });
}

/** Removes the boot images that belong to none of these sets, or to an earlier installation. */
export async function removeUnusedEntries(host: Host, efi: string, sets: readonly string[]): Promise<void> {
  for (const entry of unusedEntries(await listEntries(host, efi), sets))
    await host.run('mdel', ['-i', efi, `::/${ENTRIES}/${formatEntry(entry)}`]);
}
