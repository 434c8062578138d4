import { HaosError, type Host, isHaosError } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import type { InstallErrorCode } from '../errors.js';

export interface IsoOptions {
  /** Absolute path of the ISO. */
  iso: string;
  /** Absolute path of a directory for what is mounted or unpacked. It needs as much space as the ISO where that cannot be mounted. */
  scratch: string;
}

/** A program that unpacks an ISO. */
interface Reader {
  program: string;
  /** What Debian and those after it call its package. */
  package: string;
  /** Arguments that unpack `haos/` into a directory that exists. */
  arguments(iso: string, directory: string): string[];
}

const READERS: readonly Reader[] = [
  {
    program: 'xorriso',
    package: 'xorriso',
    arguments: (iso, directory) => [
      ...['-osirrox', 'on', '-indev', iso],
      ...['-extract', '/haos', `${directory}/haos`],
    ],
  },
  {
    program: 'bsdtar',
    package: 'libarchive-tools',
    arguments: (iso, directory) => ['-x', '-f', iso, '-C', directory, 'haos'],
  },
  { program: '7z', package: '7zip', arguments: with7z },
  { program: '7zz', package: '7zip', arguments: with7z },
];

function with7z(iso: string, directory: string): string[] {
  return ['x', '-y', `-o${directory}`, iso, 'haos'];
}

/** Milliseconds. */
const TIMEOUT = 600_000;
/** Bytes beyond those of the ISO: what a file system needs for itself. */
const MARGIN = 64 * 1024 * 1024;

/**
 * Makes the content of an ISO, at least `haos/`, readable until the clean-up; resolves to the directory that holds it. It is mounted,
 * or unpacked where the kernel cannot mount it. Throws HAOS_INSTALL_ISO_READER when there is no program to unpack it, HAOS_INSTALL_ISO
 * when it has no `haos/system`, HAOS_FILE_NO_SPACE.
 */
export async function openIso(host: Host, cleanUp: CleanUp, { iso, scratch }: IsoOptions): Promise<string> {
  const directory = `${scratch}/iso`;
  host.files.makeDirectory(directory, { mode: 0o700 });
  cleanUp.always(() => void host.files.remove(directory));
  if (!(await tryMount(host, cleanUp, { type: 'iso9660', from: iso, to: directory })))
    await unpack(host, iso, directory);
  if (host.files.stat(`${directory}/haos/system`)?.type !== 'directory') throw noSystem(iso);
  return directory;
}

/** Mounts a file read-only until the clean-up; false when that is not possible here. */
export async function tryMount(
  host: Host,
  cleanUp: CleanUp,
  { type, from, to }: { type: string; from: string; to: string },
): Promise<boolean> {
  try {
    await host.run('mount', ['-t', type, '-o', 'ro,loop', from, to]);
  } catch (error) {
    if (isHaosError(error, 'HAOS_COMMAND_FAILED')) return false;
    throw error;
  }
  cleanUp.always(async () => {
    await host.run('umount', [to]);
  });
  return true;
}

async function unpack(host: Host, iso: string, directory: string): Promise<void> {
  const needed = (host.files.stat(iso)?.size ?? 0) + MARGIN;
  checkSpace(host, directory, needed);
  for (const reader of READERS) {
    try {
      await host.run(reader.program, reader.arguments(iso, directory), { timeout: TIMEOUT });
      return restoreLinks(host, `${directory}/haos/system`);
    } catch (error) {
      if (isHaosError(error, 'HAOS_COMMAND_NOT_FOUND')) continue;
      throw isHaosError(error, 'HAOS_COMMAND_FAILED') ? noSystem(iso, error) : error;
    }
  }
  const programs = READERS.map(({ program, package: name }) => `${program} (package ${name})`);
  throw new HaosError<InstallErrorCode>(
    'HAOS_INSTALL_ISO_READER',
    `the kernel cannot mount ${iso}, and none of these is installed: ${programs.join(', ')}`,
    { hint: 'Install one of them.' },
  );
}

/** Refuses what would not fit (HAOS_FILE_NO_SPACE), instead of filling somebody's disk. */
export function checkSpace(host: Host, directory: string, needed: number): void {
  const free = host.files.freeSpace(directory);
  if (free >= needed) return;
  const [has, needs] = [free, needed].map((bytes) => Math.ceil(bytes / 1_000_000));
  throw new HaosError('HAOS_FILE_NO_SPACE', `${directory} has ${has} MB free, ${needs} MB are needed`, {
    hint: 'Make room there.',
  });
}

/** 7z leaves out symbolic links where the ISO has Joliet names; a medium has one version of each component, which is the current one. */
function restoreLinks(host: Host, system: string): void {
  const isDirectory = (path: string) => host.files.lstat(path)?.type === 'directory';
  if (!isDirectory(system)) return;
  for (const component of host.files.list(system).filter((name) => isDirectory(`${system}/${name}`))) {
    const current = `${system}/${component}/current`;
    const versions = host.files.list(`${system}/${component}`).filter((name) => name !== 'current');
    const isLink = host.files.lstat(current)?.type === 'symlink';
    if (!isLink && versions.length === 1 && versions[0] !== undefined) host.files.link(current, versions[0]);
  }
}

function noSystem(iso: string, cause?: unknown): HaosError {
  return new HaosError<InstallErrorCode>('HAOS_INSTALL_ISO', `${iso} has no haos/system`, {
    hint: 'Name an ISO of HAOS, or download it again.',
    cause,
  });
}
