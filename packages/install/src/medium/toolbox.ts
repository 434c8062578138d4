import { HaosError, type Host, isHaosError } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { requireSpace, tryMount } from '@haos/system/internal';
import type { InstallErrorCode } from '../errors.js';

/** The programs of a root image, for a machine that lacks them. */
export interface Toolbox {
  /** A directory with the image's `/usr`. */
  root: string;
  /** The machine, which runs programs of the image instead of its own. */
  host: Host;
}

/** The directories with programs. */
const PROGRAMS = ['usr/sbin', 'usr/bin'];
/** The dynamic loader and the directory of its libraries, by architecture. */
const LOADERS: readonly [loader: string, libraries: string][] = [
  ['usr/lib64/ld-linux-x86-64.so.2', 'usr/lib/x86_64-linux-gnu'],
  ['usr/lib/ld-linux-aarch64.so.1', 'usr/lib/aarch64-linux-gnu'],
];
/**
 * The paths to unpack if the image cannot be mounted: all but Node and files that are not programs.
 */
const UNPACKED = ['sbin', 'bin', 'lib64', 'lib/ld-linux-*', 'lib/*-linux-gnu', 'lib/grub', 'share/grub'];
/** Bytes that they need. */
const UNPACKED_SIZE = 400_000_000;
/** Programs that talk to a running part of the machine: its first process, its udev. */
const OF_THE_MACHINE = ['poweroff', 'reboot', 'udevadm'];
/** Milliseconds. */
const TIMEOUT = 600_000;

/**
 * Makes the programs of a root image usable until the clean-up. Mounts the image, or unpacks it if
 * the kernel cannot mount it. The image's own dynamic loader starts the programs. A chroot would
 * hide the mounts of the machine from lsblk. Throws HAOS_INSTALL_TOOLS if the programs do not run
 * here.
 */
export async function openToolbox(
  host: Host,
  cleanUp: CleanUp,
  { rootImage, scratch }: { rootImage: string; scratch: string },
): Promise<Toolbox> {
  const directory = `${scratch}/tools`;
  const usr = `${directory}/usr`;
  host.files.makeDirectory(directory, { mode: 0o700 });
  cleanUp.always(() => void host.files.remove(directory));
  host.files.makeDirectory(usr);
  if (!(await tryMount(host, cleanUp, { type: 'squashfs', from: rootImage, to: usr })))
    await unpack(host, rootImage, usr);
  const toolbox = { root: directory, host: withPrograms(host, directory) };
  try {
    await toolbox.host.run('sfdisk', ['--version'], { readOnly: true });
  } catch (error) {
    throw unusable(`the programs of ${rootImage} do not run here`, error);
  }
  return toolbox;
}

async function unpack(host: Host, rootImage: string, usr: string): Promise<void> {
  requireSpace(host, usr, UNPACKED_SIZE);
  // -f: the directory may exist. Status 2: something that is not a file of ours was left out.
  const args = ['-f', '-n', '-no-xattrs', '-d', usr, rootImage, ...UNPACKED];
  try {
    await host.run('unsquashfs', args, { timeout: TIMEOUT, accept: [0, 2] });
  } catch (error) {
    if (!isHaosError(error, 'HAOS_COMMAND_NOT_FOUND')) throw unusable(`cannot unpack ${rootImage}`, error);
    throw new HaosError<InstallErrorCode>(
      'HAOS_INSTALL_TOOLS',
      `the kernel cannot mount ${rootImage}, and unsquashfs (package squashfs-tools) is not installed`,
      { hint: 'Install squashfs-tools.', cause: error },
    );
  }
}

function unusable(message: string, cause: unknown): HaosError {
  const hint = 'Use the image for the architecture of this machine.';
  return new HaosError<InstallErrorCode>('HAOS_INSTALL_TOOLS', message, { hint, cause });
}

/** Returns the host with the programs below `root` in place of its own. */
function withPrograms(host: Host, root: string): Host {
  const [loader, libraries] =
    LOADERS.find(([path]) => host.files.stat(`${root}/${path}`) !== undefined) ?? [];
  const find = (command: string) =>
    PROGRAMS.map((directory) => `${root}/${directory}/${command}`).find(
      (path) => host.files.stat(path)?.type === 'file',
    );
  const run: Host['run'] = (command, args, options) => {
    const program = command.includes('/') || OF_THE_MACHINE.includes(command) ? undefined : find(command);
    if (loader === undefined || program === undefined) return host.run(command, args, options);
    const loading = ['--library-path', `${root}/${libraries}`, program];
    // The C library looks for character sets at the path that its own distribution has for them.
    const env = { GCONV_PATH: `${root}/${libraries}/gconv`, ...options?.env };
    return host.run(`${root}/${loader}`, [...loading, ...args], { ...options, env });
  };
  return { ...host, run };
}
