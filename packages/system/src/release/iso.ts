import { HaosError, type Host, isHaosError } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import type { SystemErrorCode } from '../errors.js';
import { kernelKind } from '../kernel-kind.js';

export interface IsoOptions {
  /** Absolute path of the ISO. */
  iso: string;
  /**
   * Absolute path of a directory for mounts and unpacked files. If the ISO cannot be mounted, it
   * needs as much space as the ISO.
   */
  scratch: string;
}

/** A program that unpacks an ISO. */
interface Reader {
  program: string;
  /** The name of its package in Debian and its derivatives. */
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
/** Bytes beyond the size of the ISO, for the file system itself. */
const MARGIN = 64 * 1024 * 1024;

/**
 * Makes the content of an ISO, at least `haos/`, readable until the clean-up; resolves to the
 * directory with the components. Mounts the ISO, or unpacks it if the kernel cannot mount it.
 * Throws HAOS_INSTALL_ISO_READER if no program can unpack it, HAOS_INSTALL_ISO if it has no
 * `haos/system`, and HAOS_FILE_NO_SPACE.
 */
export async function openIso(host: Host, cleanUp: CleanUp, { iso, scratch }: IsoOptions): Promise<string> {
  const directory = `${scratch}/iso`;
  host.files.makeDirectory(directory, { mode: 0o700 });
  cleanUp.always(() => void host.files.remove(directory));
  if (!(await tryMount(host, cleanUp, { type: 'iso9660', from: iso, to: directory })))
    await unpack(host, iso, directory);
  const system = `${directory}/haos/system`;
  if (host.files.stat(system)?.type !== 'directory') throw noSystem(iso);
  return system;
}

/** Mounts a file read-only until the clean-up; returns false if the kernel cannot mount it. */
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
  requireSpace(host, directory, needed);
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
  throw new HaosError<SystemErrorCode>(
    'HAOS_INSTALL_ISO_READER',
    `the kernel cannot mount ${iso}, and none of these is installed: ${programs.join(', ')}`,
    { hint: 'Install one of them.' },
  );
}

/** Throws HAOS_FILE_NO_SPACE if `needed` bytes do not fit, before the disk is full. */
export function requireSpace(host: Host, directory: string, needed: number): void {
  const free = host.files.freeSpace(directory);
  if (free >= needed) return;
  const [has, needs] = [free, needed].map((bytes) => Math.ceil(bytes / 1_000_000));
  throw new HaosError('HAOS_FILE_NO_SPACE', `${directory} has ${has} MB free; ${needs} MB are needed`, {
    hint: 'Free some space there.',
  });
}

/**
 * Restores the `current` links, which 7z leaves out if the ISO has Joliet names. A medium has one
 * version of each component, which is the current one. Of two kernels it is the generic one.
 */
function restoreLinks(host: Host, system: string): void {
  const isDirectory = (path: string) => host.files.lstat(path)?.type === 'directory';
  if (!isDirectory(system)) return;
  for (const component of host.files.list(system).filter((name) => isDirectory(`${system}/${name}`))) {
    const current = `${system}/${component}/current`;
    const all = host.files.list(`${system}/${component}`).filter((name) => name !== 'current');
    const versions = all.length === 1 ? all : all.filter((name) => kernelKind(name) === 'generic');
    const isLink = host.files.lstat(current)?.type === 'symlink';
    if (!isLink && versions.length === 1 && versions[0] !== undefined) host.files.link(current, versions[0]);
  }
}

function noSystem(iso: string, cause?: unknown): HaosError {
  return new HaosError<SystemErrorCode>('HAOS_INSTALL_ISO', `${iso} has no haos/system`, {
    hint: 'Name an ISO of HAOS, or download it again.',
    cause,
  });
}
