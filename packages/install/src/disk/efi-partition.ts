import { HaosError, type Host } from '@haos/host';
import {
  type BootEntry,
  EFI_CONFIG,
  EFI_LOADERS,
  formatEntry,
  isEfiConfig,
  newEntry,
  parseEntry,
  STAGING,
  unusedEntries,
} from '@haos/system/internal';

// mtools, because the kernel may have no driver for FAT (docs/decisions.md).

const ENTRIES = 'EFI/Linux';

/** Milliseconds for a boot image of some hundred megabytes on a slow stick. */
const TIMEOUT = 600_000;

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

/**
 * Copies a file; replaces one with the same name. FAT cannot rename over a file, so the old one
 * steps aside. The copy is on the disk before that, and the two renames change only entries of one
 * directory: a power cut between them leaves the old file as `.old`, which no firmware starts.
 */
export async function copyToEfi(
  host: Host,
  efi: string,
  [from, to]: readonly [string, string],
): Promise<void> {
  // Beside the name's end, because mren keeps the case of short names.
  const [copy, old] = [to.replace(/.$/, '~'), `${to}.old`];
  await removeFromEfi(host, efi, [copy, old]);
  await copyAndSync(host, efi, [from, copy]);
  // Status 1: the file does not exist.
  await host.run('mren', ['-i', efi, `::/${to}`, `::/${old}`], { accept: [0, 1] });
  await host.run('mren', ['-i', efi, `::/${copy}`, `::/${to}`]);
  await host.run('sync', [efi], { timeout: TIMEOUT });
  await removeFromEfi(host, efi, [old]);
}

/** Removes what GRUB of HAOS has beside the program that the firmware starts. */
export async function removeGrub(host: Host, efi: string): Promise<void> {
  const { stdout } = await host.run('mcopy', ['-i', efi, `::/${EFI_CONFIG}`, '-'], {
    readOnly: true,
    accept: [0, 1],
  });
  // `run` leaves out the end of the last line.
  if (!isEfiConfig(`${stdout}\n`)) return;
  const programs = EFI_LOADERS.flatMap(({ files }) => Object.keys(files))
    .filter((name) => !name.startsWith('BOOT'))
    .map((name) => `EFI/BOOT/${name}`);
  await removeFromEfi(host, efi, [...programs, EFI_CONFIG]);
}

/** Removes files, if they exist. */
async function removeFromEfi(host: Host, efi: string, paths: readonly string[]): Promise<void> {
  // Status 1: the file does not exist.
  for (const path of paths) await host.run('mdel', ['-i', efi, `::/${path}`], { accept: [0, 1] });
}

async function copyAndSync(host: Host, efi: string, [from, to]: readonly [string, string]): Promise<void> {
  await host.run('mcopy', ['-i', efi, '-o', from, `::/${to}`], { timeout: TIMEOUT });
  await host.run('sync', [efi], { timeout: TIMEOUT });
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
  await copyAndSync(host, efi, [from, staging]);
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
    await host.run('mcopy', ['-i', efi, `::/${path}`, scratch], { timeout: TIMEOUT });
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
  const unused = unusedEntries(await listEntries(host, efi), sets);
  await removeFromEfi(
    host,
    efi,
    unused.map((entry) => `${ENTRIES}/${formatEntry(entry)}`),
  );
}
